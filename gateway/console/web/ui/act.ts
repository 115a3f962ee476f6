/** One change through the API: busy while it runs, says how it went, and has what it touched read anew. */
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { App } from 'antd';
import { useFailureText } from './failure.js';

export interface Act<V, R> {
  /** Undefined when it failed; that has been said already. */
  readonly run: (values: V) => Promise<R | undefined>;
  /** As `run`, for whom the result does not matter. */
  readonly start: (values: V) => void;
  readonly busy: boolean;
  readonly error: unknown;
  readonly reset: () => void;
}

export function useAct<V, R>(act: (values: V) => Promise<R>, options: { readonly invalidates?: readonly QueryKey[]; readonly done?: string; readonly quiet?: boolean } = {}): Act<V, R> {
  const { message } = App.useApp();
  const text = useFailureText();
  const client = useQueryClient();
  const mutation = useMutation({ mutationFn: act, retry: false });
  const run = async (values: V): Promise<R | undefined> => {
    try {
      const result = await mutation.mutateAsync(values);
      if (options.done !== undefined) void message.success(options.done);
      await Promise.all((options.invalidates ?? []).map((queryKey) => client.invalidateQueries({ queryKey })));
      return result;
    } catch (thrown) {
      // Where a form shows the failure beside its fields, a second notice would only cover them.
      if (options.quiet !== true) void message.error(text(thrown));
      return undefined;
    }
  };
  return { run, start: (values) => void run(values), busy: mutation.isPending, error: mutation.error, reset: mutation.reset };
}
