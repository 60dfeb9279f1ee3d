/** Tells the test that drives this process, while it is there. */
export function tellTest(type: string, value: string | number): void {
  if (process.connected) process.send?.({ type, value });
}
