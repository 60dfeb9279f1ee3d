import { ADD_PRODUCT_WASM } from './add-product-wasm.ts';

/**
 * The one kernel under every dense product: WebAssembly with two float64 at a time, three to five times as fast as the same
 * loops in JavaScript (measured; docs/adr, products in WebAssembly). Its memory is a scratch pad: callers copy in and out.
 */
export interface AddProduct {
  /** The scratch pad, of at least `length` entries. Valid until the next call of `reserve`. */
  readonly reserve: (length: number) => Float64Array;
  /** out += left · right; arguments in add-product.wat, here in entries instead of bytes. */
  readonly run: (operands: Operands) => void;
}

export interface Operands {
  readonly left: { readonly at: number; readonly rowStride: number; readonly stepStride: number };
  readonly right: { readonly at: number; readonly stride: number };
  readonly out: { readonly at: number; readonly stride: number };
  readonly rows: number;
  readonly cols: number;
  readonly steps: number;
}

/** What of WebAssembly is used; the standard library declares it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly addProduct: (...operands: number[]) => void;
}

const PAGE = 65536;
const FLOAT = Float64Array.BYTES_PER_ELEMENT;

let loaded: AddProduct | undefined;

/** Compiled at the first call. */
export function addProductKernel(): AddProduct {
  return (loaded ??= load());
}

function load(): AddProduct {
  const bytes = Uint8Array.from(atob(ADD_PRODUCT_WASM), (c) => c.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  if (!isKernel(exports)) throw new Error('add-product: the compiled kernel exports something else');
  const { memory, addProduct } = exports;
  let pad = new Float64Array(memory.buffer);
  return {
    reserve: (length) => {
      if (pad.length < length) {
        memory.grow(Math.ceil((length - pad.length) / (PAGE / FLOAT)));
        pad = new Float64Array(memory.buffer);
      }
      return pad;
    },
    run: ({ left, right, out, rows, cols, steps }) => {
      addProduct(
        FLOAT * left.at,
        FLOAT * left.rowStride,
        FLOAT * left.stepStride,
        FLOAT * right.at,
        FLOAT * right.stride,
        steps,
        FLOAT * out.at,
        FLOAT * out.stride,
        rows,
        cols,
      );
    },
  };
}

function isKernel(exports: object): exports is Exports {
  return 'memory' in exports && 'addProduct' in exports && typeof exports.addProduct === 'function';
}
