/**
 * Work that is done once for each frozen object, which is shared by many reviews and cannot change. For any other object
 * it is done each time.
 */
export function onceIfFrozen<K extends object, V>(work: (key: K) => V): (key: K) => V {
  const done = new WeakMap<K, V>();
  return (key) => {
    const known = done.get(key);
    if (known !== undefined) return known;
    const value = work(key);
    if (Object.isFrozen(key)) done.set(key, value);
    return value;
  };
}
