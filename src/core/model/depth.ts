/** Levels of a manifest: the deepest field that Kubernetes knows lies at about twenty. */
export const DEEPEST = 100;

/** Whether a value of JSON has lists or objects within each other to more than a number of levels. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
