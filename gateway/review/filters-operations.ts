/** Saved filters: one's own, and those that others share. Addresses in them are kept as marks, with a masked label to show. */
import { MARK, type MarkAddress } from '../address-mark.js';
import type { Caller, FiltersLedger, SavedFilter } from '../ports.js';
import { deletedAnswer, deleteFilterBody, filterParams, saveFilterBody, savedFilterAnswer, savedFiltersAnswer } from './filters-schemas.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { filterBody, type AskedFilter } from './queue-schemas.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface FiltersPorts {
  readonly filters: FiltersLedger;
  readonly mark: MarkAddress;
  /** As addresses are shown wherever they are stored. */
  readonly maskAddress: (address: string) => string;
}

export function filtersOperations({ filters, mark, maskAddress }: FiltersPorts): readonly Operation[] {
  return [
    operation({
      id: 'listFilters',
      method: 'get',
      right: 'messages.read',
      path: '/filters',
      summary: 'Saved filters: one’s own first, then those that others share.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: savedFiltersAnswer,
      problems: ['ledger-unavailable'],
      run: async ({ caller }) => ({ filters: (await away(() => filters.list(caller.accountId ?? ''))).map((filter) => view(filter, caller)) }),
    }),
    operation({
      id: 'saveFilter',
      method: 'post',
      right: 'messages.read',
      path: '/filters',
      summary: 'Keep a filter under a name, for oneself or for everyone who may look at messages.',
      params: noParams,
      query: noQuery,
      body: saveFilterBody,
      status: 200,
      answer: savedFilterAnswer,
      problems: ['too-many', 'ledger-unavailable'],
      async run({ body: { name, filter, order, shared }, caller }) {
        const { kept, labels } = withoutAddresses(filter, mark, maskAddress);
        const saved = await away(() => filters.save(accountOf(caller), caller.actor, { name, filter: kept, labels, order, shared }));
        if (saved === 'too-many') throw new ApiProblem('too-many');
        return view(saved, caller);
      },
    }),
    operation({
      id: 'deleteFilter',
      method: 'post',
      right: 'messages.read',
      path: '/filters/{id}/delete',
      summary: 'Forget one of one’s own filters.',
      params: filterParams,
      query: noQuery,
      body: deleteFilterBody,
      status: 200,
      answer: deletedAnswer,
      problems: ['not-found', 'ledger-unavailable'],
      async run({ params: { id }, caller }) {
        if (!(await away(() => filters.remove(accountOf(caller), caller.actor, id)))) throw new ApiProblem('not-found');
        return { id };
      },
    }),
  ];
}

/** The start-up token is nobody's and keeps nothing. */
function accountOf({ accountId }: Caller): string {
  if (accountId === undefined) throw new ApiProblem('person-needed');
  return accountId;
}

/** Nothing stored names a person: an address becomes its mark, and a label shows it masked. */
export function withoutAddresses(filter: AskedFilter, mark: MarkAddress, maskAddress: (address: string) => string): { readonly kept: AskedFilter; readonly labels: SavedFilter['labels'] } {
  const marked = (address: string | undefined): string | undefined => (address === undefined || MARK.test(address) ? address : mark(address.includes('@') ? address : `@${address}`).whole);
  const label = (address: string | undefined): string | undefined => (address === undefined || MARK.test(address) ? undefined : maskAddress(address));
  const { sender, recipient } = filter;
  return { kept: { ...filter, sender: marked(sender), recipient: marked(recipient) }, labels: { sender: label(sender), recipient: label(recipient) } };
}

function view(saved: SavedFilter, caller: Caller) {
  return {
    id: saved.id,
    name: saved.name,
    // What an older version has kept and this one cannot read matches everything rather than failing the list.
    filter: filterBody.catch({}).parse(saved.filter),
    labels: saved.labels,
    order: saved.order,
    shared: saved.shared,
    mine: saved.accountId === caller.accountId,
    createdAt: saved.createdAt.toISOString(),
  };
}
