/** A detector that cannot be trusted: it says which, and what a person can do, never what any text contained. */
export class DetectorError extends Error {
  override readonly name = 'DetectorError';
  constructor(
    readonly detector: string,
    readonly problem: string,
  ) {
    super(`Detector "${detector}": ${problem}`);
  }
}
