interface TextStream {
  readonly write: (text: string) => unknown;
}

export interface Output {
  readonly isJson: boolean;
  /** The result of a command: the document with --json, the text without. Called once a command. */
  readonly result: (document: unknown, text: () => string) => void;
  /** A line of a stream of results (route): the same with and without --json. */
  readonly line: (document: unknown) => void;
  /** Something to know meanwhile; never on stdout. */
  readonly note: (text: string) => void;
}

/** stdout carries results and nothing else; notes go to stderr. */
export function createOutput(stdout: TextStream, stderr: TextStream, isJson: boolean): Output {
  return {
    isJson,
    result: (document, text) => {
      stdout.write(isJson ? `${JSON.stringify(document, null, 2)}\n` : `${text()}\n`);
    },
    line: (document) => {
      stdout.write(`${JSON.stringify(document)}\n`);
    },
    note: (text) => {
      stderr.write(`${text}\n`);
    },
  };
}
