// A bound on how long one login or one backend may take.

/** Options of `withDeadline`. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  /** Ends the work early, with its own reason. */
  readonly signal?: AbortSignal;
}

/** Does the work with a signal that aborts at the deadline, and rejects then even when the work does not heed it. */
export async function withDeadline<T>(
  { timeoutMs, signal }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const cancelled = Promise.withResolvers<never>();
  const cancel = (reason: unknown) => {
    controller.abort(reason);
    cancelled.reject(reason);
  };
  const onAbort = () => cancel(signal?.reason);
  const timer = setTimeout(() => cancel(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), cancelled.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
