/** Programs that a bundle carries, as the product has them built (dist/runtime). */
export interface RuntimeFiles {
  readonly routerMjs: string;
  readonly routerPy: string;
  readonly litellmCallback: string;
}
