/** Characters that control a terminal, turn the direction of a text or are seen nowhere. Joiners are not among them: emoji and Persian words are written with them. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A name as it is shown: what is not seen in it stands there as its number, so that no name looks like another one. The name itself stays what it is. */
export function shownName(name: string): string {
  return name.replace(UNSEEN, (unseen) => `[U+${unseen.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
}
