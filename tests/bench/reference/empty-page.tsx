/** As little as a page can be. */
export default function EmptyPage() {
  return null;
}
