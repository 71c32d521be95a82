/**
 * Tells a browser to save what comes under this name and never to show it: bytes of people are not let loose in a page.
 * Source: RFC 6266, section 4; RFC 8187, section 3.2.
 */
export function contentDisposition(name: string): string {
  const plain = name.replaceAll(/[^ !#-[\]-~]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
