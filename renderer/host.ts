import type { Transport } from '../src/contract/client.ts';
import type {
  FileKind,
  HostEvent,
  HostInfo,
  HostInput,
  HostMethodName,
  HostOutput,
  PickedFile,
} from '../src/contract/host.ts';

export interface Connection {
  /** For `createClient`. */
  readonly transport: Transport;
  readonly host: Host;
}

export interface ReceiveOptions {
  /** What the dialog offers first. */
  readonly kind?: FileKind;
  readonly signal?: AbortSignal;
  /** Share of the file that has reached the host; the desktop reads it in place. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * What surrounds the page: the desktop application, or the browser. Where the two differ for the user, `info.hasNativeDialogs`
 * says so: without them the page lists `host.projects` itself and offers no folder to choose.
 */
export interface Host {
  readonly info: HostInfo;
  /** What the host refuses is thrown as AppError. */
  readonly call: <N extends HostMethodName>(method: N, input: HostInput<N>) => Promise<HostOutput<N>>;
  readonly subscribe: (
    listener: (event: HostEvent) => void,
    options: { readonly signal: AbortSignal },
  ) => void;
  /** Asks for files to import; none where the user thought better of it. */
  readonly pickImportFiles: (options?: ReceiveOptions) => Promise<readonly PickedFile[]>;
  /** Makes a file that was dropped on the page one that `import.start` can read. */
  readonly receiveFile: (file: File, options?: ReceiveOptions) => Promise<PickedFile>;
  /** Gives the user a file; false where the user thought better of it. */
  readonly saveFile: (name: string, content: string | Blob) => Promise<boolean>;
  /** Gives the user one file of a bundle that was exported; false where it stays where it is (desktop: shows the folder). */
  readonly takeExportedFile: (directory: string, exportId: string, name: string) => Promise<boolean>;
  /** Gives the user a file that the engine wrote; false where it stays where it is (desktop: shows it in its folder). */
  readonly takeWrittenFile: (path: string) => Promise<boolean>;
  /** Opens a page in the user's browser, http(s) only, after a question. */
  readonly openExternal: (url: string) => Promise<boolean>;
}
