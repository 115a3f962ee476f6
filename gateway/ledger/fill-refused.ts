/** Why a ledger cannot be filled: a code; the command has the words. */
export class FillRefused extends Error {
  override readonly name = 'FillRefused';
  constructor(readonly code: 'LEDGER_IN_USE' | 'LEDGER_NEWER' | 'LEDGER_AHEAD' | 'ROWS_DIFFER') {
    super(code);
  }
}
