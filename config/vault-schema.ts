/** The configuration's `vault`: who has the review key, how messages are sealed, and where they lie. */
import { z } from 'zod';
import { bytes, file, secret } from './shapes.js';

const s3 = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket\'s name: 3 to 63 lower-case letters, digits, "." and "-", for example "weir-vault"'),
  /** In front of every object's name; ends with "/" in the bucket. */
  prefix: z
    .string()
    .max(200)
    .regex(/^(?:(?!\.{1,2}\/)[A-Za-z0-9._-]+\/)*(?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/, 'names of letters, digits, ".", "_" and "-", with "/" between them and none in front, for example "weir/vault"')
    .transform((text) => (text === '' || text.endsWith('/') ? text : `${text}/`))
    .default(''),
  /** Left out: Amazon's own. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().regex(/^[a-z0-9-]{2,40}$/, 'a region, for example "cn-north-1"').default('us-east-1'),
  /** The bucket in the path instead of the host name. Left out: with an endpoint of one's own. */
  pathStyle: z.boolean().optional(),
  /** Of your own certificate authority, in PEM. */
  ca: file.optional(),
  /** Left out: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. */
  accessKeyId: secret.optional(),
  secretAccessKey: secret.optional(),
});

/** Where the review key is (HC 27). */
export const CUSTODIES = ['local', 'supplied', 'absent'] as const;

export const vaultSchema = z
  .strictObject({
    custody: z.enum(CUSTODIES).default('local'),
    suite: z.enum(['age-v1', 'gm-1']).optional(),
    keyCommand: z.tuple([z.string().min(1)], z.string()).optional(),
    maxBytes: bytes.prefault('100GiB'),
    /** Left out: the folder `vault` in the data folder. A fleet shares one. */
    store: z.union([z.strictObject({ folder: z.string().regex(/^(?:\/|[A-Za-z]:[\\/])/, 'a folder from the root, for example "/srv/weir/vault"') }), z.strictObject({ s3 })]).optional(),
  })
  .prefault({});

export type S3Config = z.output<typeof s3>;
