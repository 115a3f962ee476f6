/** As much of pdf.js as is used here: its own types cannot be resolved from a module. */
import { z } from 'zod';

export interface PdfPage {
  streamTextContent(options: { readonly includeMarkedContent: boolean; readonly disableNormalization: boolean }): ReadableStream<unknown>;
  getAnnotations(): Promise<readonly unknown[]>;
  getJSActions(): Promise<unknown>;
  getOperatorList(): Promise<{ readonly fnArray: readonly number[] }>;
  cleanup(): unknown;
}

export interface PdfDocument {
  readonly numPages: number;
  getPage(number: number): Promise<PdfPage>;
  getMetadata(): Promise<{ readonly info: Readonly<Record<string, unknown>>; readonly metadata: { getRaw(): unknown } | null }>;
  getOutline(): Promise<unknown>;
  getFieldObjects(): Promise<unknown>;
  getJSActions(): Promise<unknown>;
  getPageLabels(): Promise<unknown>;
  getOpenAction(): Promise<unknown>;
  getAttachments(): Promise<unknown>;
}

export interface PdfLoading {
  readonly promise: Promise<PdfDocument>;
  destroy(): Promise<void>;
}

type GetDocument = (options: Readonly<Record<string, unknown>>) => PdfLoading;

const moduleSchema = z.object({ getDocument: z.custom<GetDocument>((value) => typeof value === 'function') });

export async function getDocument(options: Readonly<Record<string, unknown>>): Promise<PdfLoading> {
  const loaded: unknown = await import('unpdf/pdfjs');
  return moduleSchema.parse(loaded).getDocument(options);
}
