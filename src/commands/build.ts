// What the executable was built from; the build replaces the two names below, a source checkout keeps the defaults.

declare const MAILCHUTE_VERSION: string | undefined;
declare const MAILCHUTE_COMMIT: string | undefined;

/** Version and short commit; the commit is empty outside a build. */
export const BUILD = {
  version: typeof MAILCHUTE_VERSION === 'string' ? MAILCHUTE_VERSION : '0.1.0-dev',
  commit: typeof MAILCHUTE_COMMIT === 'string' ? MAILCHUTE_COMMIT : '',
} as const;
