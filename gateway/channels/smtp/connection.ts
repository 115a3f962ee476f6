/** One client's connection: the library's, with strict lines, replies of next hops passed on as they were said, and every limit set on purpose. */
import { finished } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer, SMTPServerAuthentication, SMTPServerAuthenticationResponse, SMTPServerDataStream } from 'smtp-server';
import { causeCode, WeirError } from '../../errors.js';
import { type HopAuth, type MailClient, type MailFrom, type SmtpReply } from '../../ports/mail.js';
import { failedReply } from './ended-reply.js';
import { mailFrom, recipient } from './envelope.js';
import type { SmtpHub } from './hub.js';
import { reply, replyLines } from './reply.js';
import type { Transaction } from './transaction.js';
import { WireReader, type Violation } from './wire-reader.js';

type Socket = ConstructorParameters<typeof SMTPConnection>[1];
type Parsed = Exclude<ReturnType<SMTPConnection['_parseAddressCommand']>, false>;

/** With room for addresses and DSN parameters (RFC 3461: ENVID 100, ORCPT 500) and for what AUTH PLAIN carries. */
const COMMAND_LONGEST = 4096;
/** Commands that we refused ourselves; refusals of next hops do not count. */
const ERRORS_MOST = 20;
const SIGN_INS_MOST = 3;
/** A message comes at this rate at least, measured over the time that we waited for the client, once it was this long. */
const LEAST_BYTES_PER_SECOND = 512;
const LEAST_AFTER_MS = 60_000;
/** What is sent beyond twice the allowed size is not waited for. */
const OVERSIZE_READ = 1 << 20;
const BEFORE_TLS: ReadonlySet<string> = new Set(['EHLO', 'HELO', 'STARTTLS', 'NOOP', 'RSET', 'QUIT', 'HELP']);
/** Jokes of the library's, and other protocols. */
const NEVER: ReadonlySet<string> = new Set(['WIZ', 'SHELL', 'KILL']);

const isLoopback = (address: string | undefined): boolean => address === '::1' || (address?.startsWith('127.') ?? false);

export class SmtpConnection extends SMTPConnection {
  readonly #hub: SmtpHub;
  readonly #leave: () => void;
  readonly #turnedAway: SmtpReply | undefined;
  #transaction: Transaction | undefined;
  #hop: HopAuth | undefined;
  #isCarrying = false;
  #cutOff: WeirError | undefined;
  /** Said in place of what the library would say next. */
  #instead: SmtpReply | undefined;
  #errors = 0;
  #signIns = 0;
  #waitedMs = 0;
  #upgradingSince: number | undefined;

  constructor(server: SMTPServer, socket: Socket, options: SMTPConnectionOptions, hub: SmtpHub) {
    super(server, socket, options);
    this.#hub = hub;
    const place = hub.admission.connect(this._originalRemoteAddress);
    this.#turnedAway = typeof place === 'function' ? undefined : place;
    this.#leave = typeof place === 'function' ? place : () => undefined;
  }

  // ---------------------------------------------------------------- from the first byte to the last

  override init(): void {
    this._setListeners(() => {
      const why = this.#turnedAway ?? (this.#hub.isClosing() ? failedReply('shutting-down', this.#hub.words) : undefined);
      if (why === undefined) {
        // No pause before the greeting: clients are known networks, and each mail would wait for it.
        this.connectionReady();
        return;
      }
      this.#say(why, false);
      this.close();
    });
  }

  /** The library's constructor calls this, so it looks at nothing of ours yet. */
  override _createParser(): WireReader {
    const reader: WireReader = new WireReader({
      maxCommandLength: COMMAND_LONGEST,
      now: () => this.#hub.clock.now(),
      onViolation: (what) => this.#violated(what),
      onSilent: () => {
        if (this._parser === reader) this.#silent(reader);
      },
    });
    reader.oncommand = (command: Buffer, callback?: () => void) => this._onCommand(command, callback);
    reader.on('error', () => this.close());
    return reader;
  }

  #violated(what: Violation): void {
    this.#say(what === 'line-too-long' ? reply(500, '5.5.2', 'Line too long') : reply(554, '5.5.2', 'Lines end with CR LF'), false);
    this.close();
  }

  /** The client has closed its side and hears what it is still due; a message without its end is none. */
  #silent(reader: WireReader): void {
    if (reader._dataMode && this._dataStream) this._dataStream.destroy();
    this.close();
  }

  override _onClose(): void {
    super._onClose();
    this.#leave();
    if (!this.#isCarrying) this.#drop();
  }

  override _onTimeout(): void {
    if (this._parser && this._parser._dataMode) this.#cutOff ??= new WeirError('body-timeout');
    super._onTimeout();
  }

  /** Called every `elapsedMs`. */
  check(elapsedMs: number): void {
    const { clock, listen, words } = this.#hub;
    const { _parser: reader } = this;
    this.#upgradingSince = this._upgrading ? (this.#upgradingSince ?? clock.now()) : undefined;
    if (this.#upgradingSince !== undefined && clock.now() - this.#upgradingSince > listen.commandTimeout) this._socket.destroy();
    if (this._closing || !(reader instanceof WireReader)) return;
    const began = reader.partialSince;
    if (began !== undefined && clock.now() - began > listen.commandTimeout) {
      this.#say(reply(421, '4.4.2', 'Command takes too long'), false);
      return;
    }
    if (!reader.awaitsData) return;
    this.#waitedMs += elapsedMs;
    if (this.#waitedMs > LEAST_AFTER_MS && reader.dataBytes < (this.#waitedMs / 1000) * LEAST_BYTES_PER_SECOND) this.#cut(new WeirError('body-timeout'));
    else if (reader.dataBytes > 2 * (this.#transaction?.maxBody ?? 0) + OVERSIZE_READ) this.#cut(new WeirError('too-large'));
    else return;
    this.#say(failedReply(this.#cutOff?.code ?? 'internal', words), false);
    this.close();
  }

  #cut(why: WeirError): void {
    this.#cutOff = why;
    if (this._dataStream) this._dataStream.destroy();
  }

  /** The gateway takes no more: now where nothing is under way, else with the next command or behind the mail's reply. */
  sendAway(): void {
    if (!this.#isCarrying && !this._handlerPending && !this._upgrading) this.#say(failedReply('shutting-down', this.#hub.words), false);
  }

  // ---------------------------------------------------------------- replies

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const instead = this.#instead;
    this.#instead = undefined;
    if (instead !== undefined) {
      this.#say(instead, instead.code >= 500);
      return;
    }
    this.#hub.onReply(code);
    super.send(code, data, context);
    this.#afterError(code >= 500);
  }

  #say(said: SmtpReply, isError: boolean): void {
    this.#hub.onReply(said.code);
    super.send(said.code, replyLines(said), false);
    this.#afterError(isError);
  }

  #afterError(isError: boolean): void {
    if (isError) this.#errors += 1;
    if (this.#errors > ERRORS_MOST && !this._closing) {
      this.#hub.onReply(421);
      super.send(421, ['4.7.0 Too many errors'], false);
    }
  }

  #answer(callback: () => void, work: () => Promise<{ readonly said: SmtpReply; readonly ours: boolean }>): void {
    void work()
      .catch((thrown: unknown) => {
        this.#hub.log.error('smtp.command-failed', { cause: causeCode(thrown) });
        return { said: reply(451, '4.3.0', 'Not possible now, try again later'), ours: false };
      })
      .then(({ said, ours }) => {
        this.#say(said, ours && said.code >= 500);
        callback();
      });
  }

  // ---------------------------------------------------------------- what may be said now

  override _onCommand(command: Buffer, callback: () => void = () => undefined): void {
    const why = this._upgrading || !this._ready ? undefined : this.#forbids(command);
    if (why === undefined) {
      super._onCommand(command, callback);
      return;
    }
    this.#say(why, why.code >= 500);
    this._whenWritable(callback);
  }

  #forbids(command: Buffer): SmtpReply | undefined {
    const { listen, words } = this.#hub;
    if (this.#hub.isClosing()) return failedReply('shutting-down', words);
    if (this._nextHandler !== false) return undefined;
    const verb = (command.toString('latin1').split(' ', 1)[0] ?? '').toUpperCase();
    if (listen.tls.mode === 'required' && !this.secure && !BEFORE_TLS.has(verb)) return reply(530, '5.7.0', 'Must issue a STARTTLS command first');
    if (verb === 'AUTH' && listen.auth !== 'none' && !this.#maySignIn()) return reply(538, '5.7.11', 'Encryption required for authentication');
    return undefined;
  }

  #maySignIn(): boolean {
    return this.secure || isLoopback(this.#access());
  }

  /** Whose network counts: the peer, or the client that a trusted proxy speaks for. XFORWARD informs and admits nobody. */
  #access(): string | undefined {
    const said = this._xClient.get('ADDR');
    if (this._xClient.has('ADDR')) return typeof said === 'string' ? said : undefined;
    return this._originalRemoteAddress;
  }

  override _isDisabled(command: string): boolean {
    const { listen } = this.#hub;
    if (NEVER.has(command)) return true;
    if (command === 'AUTH') return listen.auth === 'none' || !this.#maySignIn();
    if (command === 'STARTTLS') return listen.tls.mode !== 'optional' && listen.tls.mode !== 'required';
    return super._isDisabled(command);
  }

  override _proxyCommandAllowed(command: string, _option: 'useXClient' | 'useXForward'): boolean {
    return !this._xClient.has('ADDR') && this.#hub.admission.isProxy(this._originalRemoteAddress) && this._isSupported(command);
  }

  async signIn(auth: SMTPServerAuthentication): Promise<SMTPServerAuthenticationResponse> {
    const { username = '', password, authzid } = auth;
    // A trusted proxy says who signed in there.
    if (auth.method === 'XCLIENT') return { user: username };
    this.#signIns += 1;
    const { signIn } = this.#hub;
    const refused = (said: SmtpReply): SMTPServerAuthenticationResponse => {
      this.#instead = this.#signIns >= SIGN_INS_MOST ? reply(421, '4.7.0', 'Too many failed attempts') : said;
      return {};
    };
    if (signIn === undefined || typeof password !== 'string' || (authzid !== undefined && authzid !== '' && authzid !== username)) return refused(reply(535, '5.7.8', 'Authentication credentials invalid'));
    const answer = await signIn.ask(username, password, this.#access());
    if (answer.kind === 'refused') return refused(answer.reply);
    this.#hop = answer.hop;
    return { user: answer.user };
  }

  // ---------------------------------------------------------------- one mail

  override _resetSession(): void {
    super._resetSession();
    if (!this.#isCarrying) this.#drop();
  }

  #drop(): void {
    this.#transaction?.end();
    this.#transaction = undefined;
  }

  override handler_HELP(_command: Buffer, callback: () => void): void {
    this.#say(reply(214, '2.0.0', 'RFC 5321'), false);
    callback();
  }

  override handler_MAIL(command: Buffer, callback: () => void): void {
    this.#answer(callback, async () => ({ said: this.#mail(command), ours: true }));
  }

  #mail(command: Buffer): SmtpReply {
    const { listen, admission, requireTls } = this.#hub;
    const parsed = this._parseAddressCommand('mail from', command);
    if (parsed === false) return reply(501, '5.1.7', 'Bad sender address syntax');
    const problem = misused(parsed, ['BODY', 'SIZE', 'RET', 'ENVID']);
    if (problem !== undefined) return problem;
    if (this.session.envelope.mailFrom !== false) return reply(503, '5.5.1', 'Nested MAIL command');
    if (parsed.args !== false && parsed.args['REQUIRETLS'] !== undefined && !requireTls) return reply(555, '5.5.4', 'REQUIRETLS is not offered');
    const said = mailFrom(command.toString(), parsed.args === false ? {} : parsed.args);
    if (said.kind === 'refused') return said.reply;
    if (!this.session.user && (listen.authRequired || !admission.isClient(this.#access()))) {
      return listen.auth === 'none' ? reply(554, '5.7.1', 'Your address may not relay here') : reply(530, '5.7.0', 'Authentication required');
    }
    const invalid = this._validateMailParams(parsed);
    if (invalid !== null) return reply(invalid.code, invalid.code === 552 ? '5.3.4' : '5.5.4', invalid.message);
    const tooMany = admission.message(this.#access());
    if (tooMany !== undefined) return tooMany;
    const begun = this.#hub.begin(said.value, this.session.remoteAddress, this.session.user ? this.#hop : undefined);
    if ('code' in begun) return begun;
    this.#transaction = begun;
    this._applyMailParams(parsed);
    this.session.envelope.mailFrom = parsed;
    return reply(250, '2.1.0', 'Ok');
  }

  override handler_RCPT(command: Buffer, callback: () => void): void {
    this.#answer(callback, async () => {
      const mail = this.#transaction;
      const parsed = this._parseAddressCommand('rcpt to', command);
      if (mail === undefined) return { said: reply(503, '5.5.1', 'Need MAIL command'), ours: true };
      if (parsed === false || parsed.address === '') return { said: reply(501, '5.1.3', 'Bad recipient address syntax'), ours: true };
      const problem = misused(parsed, ['NOTIFY', 'ORCPT']);
      if (problem !== undefined) return { said: problem, ours: true };
      const said = recipient(command.toString(), parsed.args === false ? {} : parsed.args, mail.from.smtpUtf8);
      return said.kind === 'refused' ? { said: said.reply, ours: true } : { said: await mail.rcpt(said.value), ours: false };
    });
  }

  override handler_DATA(command: Buffer, callback: () => void): void {
    const { _parser: reader } = this;
    const mail = this.#transaction;
    const why =
      command.toString('latin1').trim().length > 'DATA'.length ? reply(501, '5.5.4', 'DATA takes no parameters')
      : mail === undefined ? reply(503, '5.5.1', 'Need MAIL command')
      : mail.count() === 0 ? reply(554, '5.5.1', 'No valid recipients')
      : undefined;
    if (why !== undefined || mail === undefined || !(reader instanceof WireReader)) {
      if (why !== undefined) this.#say(why, true);
      callback();
      return;
    }
    const stream = reader.startDataMode();
    this._dataStream = stream;
    this.#isCarrying = true;
    this.#cutOff = undefined;
    this.#waitedMs = 0;
    this._socket.setTimeout(this.#hub.listen.dataTimeout);
    this.#say(reply(354, undefined, 'End data with <CR><LF>.<CR><LF>'), false);
    this.#hub.carries(this.#carry(mail, stream));
    callback();
  }

  async #carry(mail: Transaction, stream: SMTPServerDataStream): Promise<void> {
    const over = new Promise<void>((resolve) => finished(stream, () => resolve()));
    const answered = await mail.data(stream, this.#client(mail.from), () => this.#cutOff);
    await over;
    const hears = !this._closing && !this._closed && this._socket.writable;
    // The library's timer counts again from here on.
    this._dataStream = false;
    if (hears) this.#say(answered.reply, false);
    answered.close(hears ? answered.reply.code : undefined);
    this.#isCarrying = false;
    this._transactionCounter += 1;
    this._unrecognizedCommands = 0;
    this._resetSession();
    if (!hears || this._closing) return;
    this._socket.setTimeout(this.#hub.listen.idleTimeout);
    if (this.#hub.isClosing()) this.sendAway();
    if (this._parser) this._parser.continue();
  }

  #client({ smtpUtf8 }: MailFrom): MailClient {
    const { session, _socket: socket } = this;
    const user = typeof session.user === 'string' && session.user !== '' ? session.user : undefined;
    const isTls = socket instanceof TLSSocket;
    const helo = this.hostNameAppearsAs === false ? undefined : this.hostNameAppearsAs;
    const kind = smtpUtf8 ? 'UTF8SMTP' : this.openingCommand === 'EHLO' ? 'ESMTP' : 'SMTP';
    return {
      address: session.remoteAddress === '' ? undefined : session.remoteAddress,
      helo, user,
      tls: isTls ? { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name } : undefined,
      protocol: kind === 'SMTP' ? kind : `${kind}${isTls ? 'S' : ''}${user === undefined ? '' : 'A'}`,
    };
  }
}

/** A parameter given twice, or without the value that it needs. */
function misused(parsed: Parsed, needValue: readonly string[]): SmtpReply | undefined {
  const { args, duplicate } = parsed;
  if (duplicate !== undefined) return reply(501, '5.5.4', 'Parameter given twice');
  const empty = args !== false && needValue.some((name) => args[name] !== undefined && typeof args[name] !== 'string');
  return empty ? reply(501, '5.5.4', 'Parameter requires a value') : undefined;
}
