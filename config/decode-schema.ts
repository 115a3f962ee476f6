/** The configuration's `limits.extract`: how files that have to be opened are opened, and how far that may go. */
import { z } from 'zod';
import { EXTRACT_BYTES, EXTRACT_DEPTH, EXTRACT_MEMBERS, EXTRACT_RATIO, WHOLE_FILE } from '../gateway/decode/extract/limits.js';
import { bytes, duration } from './shapes.js';

/** One opens while another is held up by a large file; more than there are cores only share them. */
const CHILDREN = 2;
const CHILDREN_MOST = 32;
/** A sender waits for it. A gigabyte of text takes about twenty seconds. */
const TIME = '60s';
/** Above what the largest format that needs a whole file takes, by a good deal; below what makes a small machine swap. */
const MEMORY = '512MiB';
/** A process has this before it has opened anything. */
const MEMORY_LEAST = 192 * 2 ** 20;
/** Each holds a sender and a spooled body; what comes after them would wait longer than anybody does. */
const WAITING = 256;
/** Containers within containers that the tree of parts has room for. */
const DEPTH_MOST = 16;

export const extractSchema = z
  .strictObject({
    /** Processes that open files, in each process that carries traffic. */
    children: z.int().min(1).max(CHILDREN_MOST).default(CHILDREN),
    /** Files that wait for one of them. */
    waiting: z.int().min(1).max(100_000).default(WAITING),
    /** For one file, and once more to write it masked. */
    time: duration.prefault(TIME),
    /** Of one process. */
    memory: bytes.refine((value) => value >= MEMORY_LEAST, 'at least 192MiB').prefault(MEMORY),
    /** Containers within containers, the outermost counted. */
    depth: z.int().min(1).max(DEPTH_MOST).default(EXTRACT_DEPTH),
    /** Members of one file, those of containers in it counted. */
    members: z.int().min(1).max(10 * EXTRACT_MEMBERS).default(EXTRACT_MEMBERS),
    /** Unpacked, of one file. */
    bytes: bytes.default(EXTRACT_BYTES),
    /** Unpacked bytes for each byte of the file, beyond the first 16 MiB. */
    ratio: z.int().min(1).max(100_000).default(EXTRACT_RATIO),
    /** A file of a format that has to be held in memory as a whole. */
    wholeFile: bytes.default(WHOLE_FILE),
  })
  .prefault({});

export type ExtractConfig = z.output<typeof extractSchema>;
