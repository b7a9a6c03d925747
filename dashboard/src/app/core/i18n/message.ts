/** How a dictionary's text becomes a sentence: placeholders, English plurals and Korean particles. Pure. */

export type Lang = 'ko' | 'en';
export type Params = Readonly<Record<string, string | number>>;

/**
 * Fills `{name}` with a parameter and chooses `{name|first|second}` by it:
 * in English `{n|reading|readings}` by number, in Korean `{device|을|를}` by the last sound of the text.
 */
export function formatMessage(lang: Lang, template: string, params: Params = {}): string {
  return template.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (_all, name: string, first?: string, second?: string) => {
      const value = params[name];
      if (value === undefined) throw new Error(`message parameter missing: ${name}`);
      if (first === undefined || second === undefined) return String(value);
      return takesFirst(lang, value, first) ? first : second;
    },
  );
}

function takesFirst(lang: Lang, value: string | number, first: string): boolean {
  if (lang === 'en') return new Intl.PluralRules('en').select(Number(value)) === 'one';
  const last = lastSound(String(value));
  // (으)로 counts ㄹ as no final consonant.
  return first === '으로' ? last !== 'none' && last !== 'rieul' : last !== 'none';
}

/** Digits as Koreans read them: 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGIT_SOUNDS = ['other', 'rieul', 'none', 'other', 'none', 'none', 'other', 'rieul', 'rieul', 'none'] as const;

function lastSound(text: string): 'none' | 'rieul' | 'other' {
  const last = text.trimEnd().at(-1) ?? '';
  if (/[0-9]/.test(last)) return DIGIT_SOUNDS[Number(last)] ?? 'none';
  const syllable = last.codePointAt(0) ?? 0;
  if (syllable < 0xac00 || syllable > 0xd7a3) return 'none';
  const final = (syllable - 0xac00) % 28;
  return final === 0 ? 'none' : final === 8 ? 'rieul' : 'other';
}
