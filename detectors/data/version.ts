/** The state of this folder; part of the detectors' version in every receipt. Change it whenever a table changes. */
export const DATA_VERSION = '2026-11-22';
