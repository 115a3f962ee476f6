/** An engine that finds every `#` and calls every NUL a part it cannot read: small enough to see through. */
import type { Finding, InspectorFactory, Unscannable } from '../../../gateway/ports.js';
import type { EngineFor } from '../../../gateway/cli/scan-file.js';

export function finding(part: string, start: number, more: Partial<Finding> = {}): Finding {
  return { detector: 'fake', part, start, end: start + 1, confidence: 0.9, reasons: ['hash'], fingerprint: '0', preview: '*', tags: [], maskable: true, ...more };
}

export interface FakeEngine {
  readonly engineFor: EngineFor;
  /** Sizes of the chunks written, and how each body ended. */
  readonly chunks: number[];
  readonly endings: boolean[];
}

export function fakeEngine(): FakeEngine {
  const chunks: number[] = [];
  const endings: boolean[] = [];
  const engineFor: EngineFor = (onFinding): InspectorFactory => ({
    prefixLength: 16,
    sniff: () => ({ syntax: 'text', container: false, unscannable: [], maskable: true }),
    inspect() {
      let size = 0;
      let unread = 0;
      const unscannable = (): readonly Unscannable[] => (unread === 0 ? [] : [{ part: 'body/nul', reason: 'unsupported', bytes: unread, detail: 'nul' }]);
      return {
        write(chunk) {
          chunks.push(chunk.length);
          for (const [index, byte] of chunk.entries()) {
            if (byte === 0x23) onFinding(finding('body', size + index));
            if (byte === 0x3f) onFinding(finding('body', size + index, { confidence: 0.5 }));
            if (byte === 0) unread++;
          }
          size += chunk.length;
          return { settled: size, edits: [] };
        },
        end(complete) {
          endings.push(complete);
          return { settled: size, edits: [] };
        },
        get unscannable() {
          return unscannable();
        },
        evidence: () => ({ classes: [], unscannable: unscannable() }),
        findings: () => [],
        receipt: () => ({ size, scanned: size - unread, unscanned: unread, parts: [], more: 0, detectors: 'fake', policy: '' }),
        takeChildBytes: () => [],
        children: [],
        childRanges: [],
        childSink: () => ({ found: onFinding, unscannable: () => undefined, line: () => undefined }),
      };
    },
    inspectHead(texts) {
      for (const { text } of texts) if (text.includes('#')) onFinding(finding('head/file-name', text.indexOf('#')));
      return { evidence: { classes: [], unscannable: [] }, findings: [], masked: new Map(), safe: new Map() };
    },
  });
  return { engineFor, chunks, endings };
}
