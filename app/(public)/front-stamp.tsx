import { StampGlyph } from '@/app/_components/stamp/glyph';
import { Impression } from '@/app/_components/stamp/impression';
import { SITE } from '@/site';

/** The stamp of the start page, with the name of the site around it. */
export function FrontStamp({ className }: { className: string }) {
  return (
    <Impression
      {...{ over: SITE.name.toUpperCase(), under: 'ADMIT THE BEARER', tilt: -11, className }}
      lettering={{ size: 25, spacing: 3.4 }}
      ring={<Rim />}
    >
      <g fill="currentColor">
        <circle cx="40" cy="166" r="4.5" />
        <circle cx="280" cy="166" r="4.5" />
      </g>
      <g transform="translate(83 83) scale(2.4)">
        <StampGlyph />
      </g>
    </Impression>
  );
}

function Rim() {
  return (
    <g fill="none" stroke="currentColor">
      <circle cx="160" cy="160" r="153" strokeWidth="8" strokeDasharray="301 6 190 4 226 7 203 24" />
      <circle cx="160" cy="160" r="143" strokeWidth="2" />
    </g>
  );
}
