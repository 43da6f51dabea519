import { NothingHere } from '@/app/_components/frame/nothing-here';

/** Inside the frame of the signed-in pages, which has the `main`. */
export default function NotFound() {
  return <NothingHere />;
}
