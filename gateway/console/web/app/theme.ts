/** Light or dark: as the system says, or as chosen in this browser. */
import { theme as antd, type ThemeConfig } from 'antd';
import { useEffect, useState } from 'react';
import { kept, useKept } from './kept.js';
import tokens from './theme-tokens.json';

export const CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof CHOICES)[number];
export type Scheme = 'light' | 'dark';

export const themeChoice = kept<ThemeChoice>('theme', CHOICES, () => 'system');
const system = globalThis.matchMedia('(prefers-color-scheme: dark)');

export function useScheme(): Scheme {
  const choice = useKept(themeChoice);
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const heard = (): void => setDark(system.matches);
    system.addEventListener('change', heard);
    return () => system.removeEventListener('change', heard);
  }, []);
  if (choice !== 'system') return choice;
  return dark ? 'dark' : 'light';
}

/** The same algorithms and keys that the build wrote the style sheet with. */
const THEMES: Readonly<Record<Scheme, ThemeConfig>> = {
  light: { algorithm: [antd.defaultAlgorithm, antd.compactAlgorithm], token: { ...tokens.common, ...tokens.light }, cssVar: { key: 'weir-light' }, hashed: false, zeroRuntime: true },
  dark: { algorithm: [antd.darkAlgorithm, antd.compactAlgorithm], token: { ...tokens.common, ...tokens.dark }, cssVar: { key: 'weir-dark' }, hashed: false, zeroRuntime: true },
};

export function themeFor(scheme: Scheme): ThemeConfig {
  return THEMES[scheme];
}

/** The variables of the style sheet hang on this class; on the root they reach dialogs and lists too. */
export function useRootScheme(scheme: Scheme): void {
  useEffect(() => {
    const { classList, style } = document.documentElement;
    classList.remove('weir-light', 'weir-dark');
    classList.add(`weir-${scheme}`);
    style.colorScheme = scheme;
  }, [scheme]);
}
