export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight: number;
  /** Which part of the text is at the place; its start when nothing is said. */
  readonly anchor?: 'middle' | 'end';
}

/** A line of text in a chart. */
export function text({ x, y, size, weight, anchor }: TextPlace, content: string): string {
  const anchored = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${Number(x.toFixed(1))}" y="${Number(y.toFixed(1))}" font-size="${size}" font-weight="${weight}" fill="#1f2328"${anchored}>${escapeText(content)}</text>`;
}

export function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
