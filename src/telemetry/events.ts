// The closed set of things the gateway reports, with their level and sentence; log lines never carry free text.

/** Severity of an event. */
export type Level = 'info' | 'warning' | 'error';

/** What each event means to the reader of the log. */
export const EVENTS = {
  'gateway.started': { level: 'info', text: 'Gateway started' },
  'gateway.access': { level: 'info', text: 'Who may connect' },
  'gateway.draining': { level: 'info', text: 'Stopping: no new connections, transactions in flight may finish' },
  'gateway.stopped': { level: 'info', text: 'Gateway stopped' },
  'worker.started': { level: 'info', text: 'Worker started' },
  'worker.exited': { level: 'error', text: 'Worker ended out of order' },
  'gateway.fault': { level: 'error', text: 'Unexpected fault' },
  'config.warning': { level: 'warning', text: 'Configuration' },
  'log.failed': { level: 'error', text: 'Log cannot be written; mail goes on, and the lines are lost' },
  'log.restored': { level: 'info', text: 'Log takes lines again' },
  'log.reopened': { level: 'info', text: 'Log file opened again' },
  'log.kept': { level: 'warning', text: 'Log file cannot be opened again; lines go on to the one that was open' },
  'smtp.listening': { level: 'info', text: 'SMTP door open' },
  'smtp.proxy.invalid': { level: 'warning', text: 'Connection closed: no valid PROXY header from a listed proxy' },
  'smtp.blocklist.read': { level: 'info', text: 'List of blocked addresses read' },
  'smtp.blocklist.unusable': { level: 'warning', text: 'List of blocked addresses is faulty; the old one stays' },
  'smtp.session.opened': { level: 'info', text: 'Session opened' },
  'smtp.session.closed': { level: 'info', text: 'Session closed' },
  'smtp.tls.started': { level: 'info', text: 'Session encrypted' },
  'smtp.tls.failed': { level: 'warning', text: 'TLS handshake failed; nothing of the session is left' },
  'tls.certificate-loaded': { level: 'info', text: 'Certificate loaded' },
  'tls.certificate-failed': {
    level: 'error',
    text: 'Certificate cannot be used; new connections keep getting the one before',
  },
  'tls.certificate-doubtful': { level: 'warning', text: 'Clients may refuse this certificate' },
  'tls.ciphers-ignored': {
    level: 'warning',
    text: 'This runtime takes no cipher strings: it has strong ciphers only, and no choice among them',
  },
  'smtp.session.refused': { level: 'warning', text: 'Session refused' },
  'smtp.command.rejected': { level: 'info', text: 'Command rejected' },
  'smtp.transaction.broken': { level: 'warning', text: 'Connection lost inside a transaction; nothing was promised' },
  'http.listening': { level: 'info', text: 'HTTP door open' },
  'http.request.rejected': { level: 'info', text: 'Request rejected' },
  'auth.accepted': { level: 'info', text: 'Login accepted' },
  'auth.rejected': { level: 'info', text: 'Login rejected' },
  'auth.throttled': {
    level: 'warning',
    text: 'Too many failed logins from this address; more are refused for a while',
  },
  'auth.unavailable': { level: 'warning', text: 'Login could not be checked' },
  'auth.cleartext': { level: 'warning', text: 'Passwords go to this backend unencrypted' },
  'auth.file-read': { level: 'info', text: 'Password file read' },
  'auth.line-unusable': { level: 'warning', text: 'Nobody can log in with this line of the password file' },
  'auth.tokens-read': { level: 'info', text: 'File of tokens read' },
  'auth.tokens-unusable': { level: 'warning', text: 'File of tokens is faulty; the old one stays' },
  'local-addresses.loaded': { level: 'info', text: 'List of local addresses read' },
  'local-addresses.unusable': { level: 'warning', text: 'List of local addresses is faulty; the old one stays' },
  'check.failed': { level: 'error', text: 'Check broken; its result is a temporary error' },
  'check.spamd-unavailable': { level: 'warning', text: 'No verdict from spamd; the message goes on without' },
  'message.accepted': { level: 'info', text: 'Message durable' },
  'message.deferred': { level: 'warning', text: 'Message deferred' },
  'message.refused-stored': { level: 'info', text: 'Refused message stored' },
  'message.refused-unstored': { level: 'warning', text: 'Refused message not stored' },
  'message.headers-dropped': { level: 'warning', text: 'Headers were taken out without effect' },
  'message.rejected': { level: 'info', text: 'Message rejected' },
  'outlet.ready': { level: 'info', text: 'Outlet ready' },
  'outlet.unavailable': { level: 'warning', text: 'Outlet unavailable' },
  'outlet.blocked': { level: 'warning', text: 'Broker blocks publishing' },
  'outlet.unblocked': { level: 'info', text: 'Broker takes messages again' },
  'outlet.queue-declared': { level: 'info', text: 'Queue declared' },
  'outlet.queue-differs': {
    level: 'warning',
    text: 'Existing queue differs from the configuration; it is used as it is',
  },
  'outlet.queue-missing': { level: 'warning', text: 'Queue or exchange cannot be used' },
  'outlet.channel-closed': { level: 'warning', text: 'Broker closed a channel; it is opened again' },
  'outlet.size-limit': {
    level: 'warning',
    text: 'Broker takes smaller messages only: lower rabbitmq-max-message-size',
  },
  'outlet.publish-failed': { level: 'warning', text: 'Record not durable' },
} as const satisfies { readonly [name: string]: { readonly level: Level; readonly text: string } };

/** Name of an event. */
export type EventName = keyof typeof EVENTS;
