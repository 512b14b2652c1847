// What the executable was built from; the build replaces the three names below, a source checkout keeps the defaults.

declare const MAILCHUTE_VERSION: string | undefined;
declare const MAILCHUTE_COMMIT: string | undefined;
declare const MAILCHUTE_COMMIT_DATE: string | undefined;

/** Version, short commit and the commit's day; the last two are empty outside a build. */
export const BUILD = {
  version: typeof MAILCHUTE_VERSION === 'string' ? MAILCHUTE_VERSION : '0.1.0-dev',
  commit: typeof MAILCHUTE_COMMIT === 'string' ? MAILCHUTE_COMMIT : '',
  commitDate: typeof MAILCHUTE_COMMIT_DATE === 'string' ? MAILCHUTE_COMMIT_DATE : '',
} as const;
