/** Reads text/event-stream piece by piece: `id:` and `data:` lines, an event ends at an empty line. */
export function createEventStreamParser(
  onEvent: (id: number, data: string) => void,
): (piece: string) => void {
  let rest = '';
  let id = 0;
  let data: string | null = null;

  const readLine = (line: string): void => {
    if (line === '') {
      if (data !== null) onEvent(id, data);
      data = null;
    } else if (line.startsWith('id: ')) id = Number(line.slice(4));
    else if (line.startsWith('data: ')) data = line.slice(6);
  };

  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line);
  };
}
