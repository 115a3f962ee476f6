/** Read-only shapes of the ports as the answers' own: the same data, which nobody else holds. */

type Copied<T> = T extends readonly (infer One)[] ? Copied<One>[] : T extends object ? { -readonly [Key in keyof T]: Copied<T[Key]> } : T;

export function deepCopy<T>(value: T): Copied<T> {
  return structuredClone(value) as Copied<T>;
}
