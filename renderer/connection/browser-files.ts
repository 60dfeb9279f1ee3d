/**
 * Asks for files with the browser's own dialog; none where the user thought better of it.
 * @param accept endings that are offered first; '' for any.
 */
export function chooseFiles(accept = ''): Promise<readonly File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = accept;
  return new Promise((resolve) => {
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])]);
    });
    input.addEventListener('cancel', () => {
      resolve([]);
    });
    input.click();
  });
}

const REVOKE_MS = 60_000;

export function offerDownload(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser may not have begun to read it.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, REVOKE_MS);
}

export function askToOpenExternal(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return false;
  if (!window.confirm(`Open this page outside Meta-Router Studio?\n\n${parsed.href}`)) return false;
  window.open(parsed.href, '_blank', 'noopener,noreferrer');
  return true;
}
