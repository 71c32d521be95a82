import { EDGE_GAP_PX } from './limits.ts';

/** A ref for what stands at the lower edge of the window: messages keep above it, by `--edge-height`, for as long as it is there. */
export function takeEdge(element: HTMLElement): () => void {
  const { style } = document.documentElement;
  const resizes = new ResizeObserver(() => {
    style.setProperty('--edge-height', `${element.offsetHeight + EDGE_GAP_PX}px`);
  });
  resizes.observe(element);
  return () => {
    resizes.disconnect();
    style.removeProperty('--edge-height');
  };
}
