// Reads the XML of a DMARC report child by child with saxes, so that no more than one row is ever held as a tree.

import { SaxesParser } from 'saxes';
import { ReportFault } from './report-fault.ts';
import { toValue } from './report-text.ts';

/** An element: local name in lower case, its own text, its child elements. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** What is read, and what stops the reading. */
export interface XmlReading {
  /** Local name of the element whose children are wanted; some senders put another one around it. */
  readonly root: string;
  readonly deadline: AbortSignal;
  /** Called with each complete child of the root; false ends the reading. */
  readonly onChild: (child: XmlElement) => boolean;
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const MAX_DEPTH = 12;
const MAX_CHILDREN = 500;
const MAX_TEXT = 1024;
const CHUNK = 65_536;
/** What senders forget to escape, and references to entities that a report has no business to define. */
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)/gi;
const MAX_REFERENCE = 12;
/** More faults, more attributes or deeper nesting than this tells of garbage, which is expensive to go on with. */
const MAX_FAULTS = 100;
const MAX_ATTRIBUTES = 200;
const MAX_OPEN = 64;
/** Chunks without a tag: the parser keeps all of a text, which in a report is a word or a line. */
const MAX_TEXT_CHUNKS = 8;

/**
 * Feeds the document to the parser in slices with a turn of the event loop after each. No entity but XML's five is
 * expanded (a document type is read over). Broken markup is passed over as far as it can be. Tells whether the root was there.
 */
export async function readXmlChildren(xml: string, reading: XmlReading): Promise<boolean> {
  const reader = new ChildReader(reading);
  for (let start = 0; start < xml.length && !reader.done;) {
    if (reading.deadline.aborted) throw new ReportFault('the report takes too long to read');
    const end = sliceEnd(xml, start);
    reader.write(xml.slice(start, end).replace(BARE_AMPERSAND, '&amp;'));
    start = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return reader.found;
}

/** A slice never ends inside a reference. */
function sliceEnd(xml: string, start: number): number {
  const end = start + CHUNK;
  const ampersand = xml.lastIndexOf('&', end);
  return ampersand > Math.max(start, end - MAX_REFERENCE) ? ampersand : end;
}

class ChildReader {
  readonly #parser = new SaxesParser();
  readonly #reading: XmlReading;
  readonly #open: OpenElement[] = [];
  #found = false;
  /** Open elements inside the root, the root among them; 0 outside of it. */
  #depth = 0;
  #nesting = 0;
  #attributes = 0;
  #faults = 0;
  #chunksWithoutTag = 0;
  /** No more input is wanted. */
  done = false;

  constructor(reading: XmlReading) {
    this.#reading = reading;
    this.#parser.on('error', () => refuseBeyond(MAX_FAULTS, ++this.#faults));
    this.#parser.on('opentagstart', () => {
      this.#attributes = 0;
      this.#chunksWithoutTag = 0;
      refuseBeyond(MAX_OPEN, ++this.#nesting);
    });
    this.#parser.on('attribute', () => refuseBeyond(MAX_ATTRIBUTES, ++this.#attributes));
    this.#parser.on('opentag', ({ name }) => this.#openTag(name));
    this.#parser.on('closetag', () => this.#closeTag());
    this.#parser.on('text', (text) => this.#addText(text));
    this.#parser.on('cdata', (text) => this.#addText(text));
  }

  /** Whether the root was there. */
  get found(): boolean {
    return this.#found;
  }

  write(chunk: string): void {
    refuseBeyond(MAX_TEXT_CHUNKS, ++this.#chunksWithoutTag);
    this.#parser.write(chunk);
  }

  #openTag(qualified: string): void {
    // RFC 9990 reports have a namespace, with or without a prefix; older ones have none.
    const name = qualified.slice(qualified.indexOf(':') + 1).toLowerCase().slice(0, 64);
    if (this.#depth === 0) {
      if (this.done || name !== this.#reading.root) return;
      this.#found = true;
    } else if (this.#depth < MAX_DEPTH) this.#open.push({ name, text: '', children: [] });
    this.#depth++;
  }

  #closeTag(): void {
    this.#nesting--;
    if (this.#depth === 0) return;
    this.#depth--;
    if (this.#depth === 0 || this.#depth >= MAX_DEPTH) return;
    const closed = this.#open.pop();
    if (closed === undefined || this.done) return;
    const element: XmlElement = { ...closed, text: toValue(closed.text, MAX_TEXT) };
    if (this.#depth === 1) this.done = !this.#reading.onChild(element);
    else this.#adopt(element);
  }

  #adopt(element: XmlElement): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined && parent.children.length < MAX_CHILDREN) parent.children.push(element);
  }

  #addText(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined && element.text.length < MAX_TEXT) element.text += text.slice(0, MAX_TEXT);
  }
}

function refuseBeyond(limit: number, count: number): void {
  if (count > limit) throw new ReportFault('the XML is broken');
}

/** The child of that name, the first one. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the child of that name, nothing when it is missing or empty. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text;
  return text === '' ? undefined : text;
}
