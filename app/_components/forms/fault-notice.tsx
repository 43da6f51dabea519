import { Notice } from '@/app/_components/frame/notice';
import { Countdown } from './countdown';
import type { Faults } from './faults';

type Props = {
  /** The notice is made anew with each attempt, so that the same sentence is announced again. */
  faults: Faults;
  className?: string;
};

/** What is wrong with the whole of a form, and how long to wait. The region is there before: what comes into it is announced. */
export function FaultNotice({ faults, className }: Props) {
  return (
    <div role="alert" className="empty:hidden">
      {faults.summary === null ? null : (
        <Notice tone="fault" key={faults.attempt} {...(className === undefined ? {} : { className })}>
          {faults.summary}
          {faults.waitSeconds === null ? null : <Countdown seconds={faults.waitSeconds} />}
        </Notice>
      )}
    </div>
  );
}
