/** With so few recovery codes left, or fewer, the page asks for new ones. */
export const FEW_CODES = 3;
