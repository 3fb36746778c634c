/** Whether `await` would call it. Looks at the property once, which may be anything. */
export function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
