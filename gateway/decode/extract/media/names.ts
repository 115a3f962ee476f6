/** Names of the images, sounds and films that are proven: as media-magic.ts gives them. */
export const MEDIA_FORMATS = ['avi', 'avif', 'bmp', 'emf', 'flac', 'gif', 'heic', 'ico', 'jpeg', 'mov', 'mp3', 'mp4', 'ogg', 'png', 'riff', 'svm', 'tiff', 'wav', 'webp', 'wmf'] as const;
export type MediaFormat = (typeof MEDIA_FORMATS)[number];
