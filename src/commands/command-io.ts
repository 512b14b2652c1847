// What a command may touch of the process, so that tests can run commands without one.

/** The process as a command sees it. */
export interface CommandIo {
  readonly env: Readonly<{ [name: string]: string | undefined }>;
  readonly stdout: (text: string) => void;
  /** Whether a person reads what goes to stdout; not unless given. */
  readonly stdoutIsTerminal?: boolean;
  readonly stderr: (text: string) => void;
}
