/** Protocols that send one file over several requests, as a route may name them. */
import { z } from 'zod';

/** Left out: a part of such an upload is refused wherever something may be stopped or changed. */
export const uploadSchema = z.enum(['tus', 's3', 'webdav-chunks']).optional();
