/** What an event is about, as a reference. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** A part of it, such as `spec.containers{agent}`. */
  readonly fieldPath?: string;
}

/** What is to be said of an object. */
export interface EventDraft {
  readonly regarding: ObjectRef;
  readonly related?: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  /** In CamelCase, for machines. */
  readonly reason: string;
  /** What was being done, in CamelCase. */
  readonly action: string;
  /** A sentence. */
  readonly note: string;
}

/** The API refuses an event whose note has more bytes. */
const NOTE_LIMIT = 1024;

/** A note that the API takes, cut at its end if need be. */
export function fittingNote(note: string): string {
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= NOTE_LIMIT) return note;
  // A character that is cut in the middle becomes the replacement character, which goes.
  return new TextDecoder().decode(bytes.slice(0, NOTE_LIMIT - 3)).replace(/\uFFFD$/, '') + '…';
}
