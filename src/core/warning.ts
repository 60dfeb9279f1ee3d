/** Something a person must know about a result: never an error, never silent. The code is stable, the message is for people. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
