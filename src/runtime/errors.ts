/** Why a router file was refused. */
export type RouterFileErrorCode =
  | 'truncated' // shorter than it says
  | 'bad-header' // not a safetensors file, or offsets that do not fit together
  | 'bad-manifest' // the manifest is missing, is not JSON, or lacks something
  | 'bad-tensor' // a tensor is missing, superfluous, or of the wrong type or shape
  | 'not-finite' // NaN or Infinity in a tensor
  | 'hash-mismatch' // the content is not what the manifest vouches for
  | 'newer-format'; // written by a newer version of the product

/**
 * A router file that cannot be trusted. Nothing was loaded.
 *
 * @example
 * try { loadRouter(bytes); } catch (error) {
 *   if (error instanceof RouterFileError && error.code === 'hash-mismatch') copyTheFileAgain();
 * }
 */
export class RouterFileError extends Error {
  readonly code: RouterFileErrorCode;

  constructor(code: RouterFileErrorCode, message: string) {
    super(message);
    this.name = 'RouterFileError';
    this.code = code;
  }
}

/**
 * A call that the router cannot answer: a vector of the wrong length, both `w` and `strongShare`, `route` on a cascade.
 * The message never contains a prompt or a response.
 *
 * @example
 * router.route('Hello', { w: -1 }); // RouterInputError: w must be a finite number of at least 0, got -1
 */
export class RouterInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RouterInputError';
  }
}
