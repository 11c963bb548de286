/**
 * A short, stable fingerprint of a text (FNV-1a, 64 bit, base 36). It tells names and templates apart; it protects
 * nothing, so it need not be cryptographic, and the core stays free of node:crypto.
 */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(36);
}

/** JSON with sorted keys: equal values give equal texts, whatever the order of their fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

/** A name as text, whatever a manifest in a file has in its place; empty for none. */
export function textOf(name: unknown): string {
  const given = name ?? '';
  return typeof given === 'string' ? given : JSON.stringify(given);
}
