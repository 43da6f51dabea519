/**
 * The ink of an impression: pad and paper never meet everywhere, so grain is taken out of whatever the filter is laid
 * on. Written into the SVG that uses it, under `id`.
 */
export function InkFilter({ id }: { id: string }) {
  return (
    <filter id={id} x="-5%" y="-5%" width="110%" height="110%">
      <feTurbulence type="fractalNoise" baseFrequency="0.035" numOctaves="2" seed="11" result="press" />
      <feTurbulence type="fractalNoise" baseFrequency="0.75" numOctaves="2" seed="4" result="grain" />
      <feDisplacementMap in="SourceGraphic" in2="grain" scale="1.8" result="rough" />
      <feColorMatrix in="grain" type="matrix" values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 -7 0 0 5" result="speckle" />
      <feColorMatrix
        in="press"
        type="matrix"
        values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  -4.4 0 0 0 3.6"
        result="pressure"
      />
      <feComposite in="rough" in2="speckle" operator="in" result="inked" />
      <feComposite in="inked" in2="pressure" operator="in" />
    </filter>
  );
}
