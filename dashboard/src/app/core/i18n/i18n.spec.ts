import { TestBed } from '@angular/core/testing';
import { LOCAL_STORE } from '../local-store.ts';
import { en } from './en.ts';
import { I18n } from './i18n.ts';
import { ko } from './ko.ts';
import { formatMessage } from './message.ts';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((m) => m[1]);
const keys = Object.keys(en) as (keyof typeof en)[];

describe('dictionary', () => {
  it('has a text for every key in both languages, and no key is Korean only', () => {
    expect(Object.keys(ko).sort()).toEqual([...keys].sort());
    expect(keys.filter((key) => en[key].trim() === '' || ko[key].trim() === '')).toEqual([]);
  });

  it('uses in Korean no parameter that English does not have', () => {
    const extra = keys.filter((key) => placeholders(ko[key]).some((name) => !placeholders(en[key]).includes(name)));
    expect(extra).toEqual([]);
  });

  it('never prints both particles, never calls a value normal, and keeps 확인 for acknowledging', () => {
    const texts = keys.map((key) => ko[key]);
    expect(texts.filter((text) => /을\(를\)|이\(가\)|은\(는\)|와\(과\)/.test(text))).toEqual([]);
    expect(texts.filter((text) => /경보|작업 목록|장치|정상 범위/.test(text))).toEqual([]);
    expect(keys.filter((key) => ko[key] === '확인')).toEqual([]);
  });

  it('writes Korean sentences in the formal style', () => {
    expect(keys.filter((key) => /(해요|어요|아요|네요)\.?$/.test(ko[key]))).toEqual([]);
  });
});

describe('message', () => {
  it('chooses the English form by number', () => {
    expect(formatMessage('en', '{n} {n|reading|readings}', { n: 1 })).toBe('1 reading');
    expect(formatMessage('en', '{n} {n|reading|readings}', { n: 0 })).toBe('0 readings');
  });

  it('chooses the Korean particle by the last sound', () => {
    const withObject = (what: string | number) => formatMessage('ko', '{what}{what|을|를}', { what });
    expect(withObject('혈압')).toBe('혈압을');
    expect(withObject('산소포화도')).toBe('산소포화도를');
    expect([0, 1, 3, 6, 7, 8].map(withObject)).toEqual(['0을', '1을', '3을', '6을', '7을', '8을']);
    expect([2, 4, 5, 9].map(withObject)).toEqual(['2를', '4를', '5를', '9를']);
  });

  it('takes 로 after ㄹ and after a vowel, 으로 otherwise', () => {
    const toward = (what: string | number) => formatMessage('ko', '{what|으로|로}', { what });
    expect(['서울', '부산', '제주', 1, 3].map(toward)).toEqual(['로', '으로', '로', '로', '으로']);
  });

  it('refuses a text whose parameter is missing instead of printing undefined', () => {
    expect(() => formatMessage('en', '{n} min', {})).toThrow('n');
  });
});

describe('language of the screen', () => {
  function screen(stored: string | null) {
    const kept = new Map<string, string>(stored === null ? [] : [['gaya.lang', stored]]);
    const store = {
      get: (key: string) => kept.get(key) ?? null,
      set: (key: string, value: string) => void kept.set(key, value),
    };
    TestBed.configureTestingModule({ providers: [{ provide: LOCAL_STORE, useValue: store }] });
    return { i18n: TestBed.inject(I18n), kept };
  }

  it('is Korean until someone chooses, and the choice is kept', () => {
    const { i18n, kept } = screen(null);
    expect(i18n.t('nav.worklist')).toBe('확인 목록');
    i18n.choose('en');
    expect(i18n.t('nav.worklist')).toBe('Worklist');
    expect(kept.get('gaya.lang')).toBe('en');
  });

  it('is told to the page, so that screen readers pronounce it right', () => {
    const { i18n } = screen('en');
    TestBed.tick();
    expect(document.documentElement.lang).toBe('en');
    i18n.choose('ko');
    TestBed.tick();
    expect(document.documentElement.lang).toBe('ko');
  });

  it('shows a code that it has no word for as it is', () => {
    const { i18n } = screen(null);
    expect(i18n.code('quality', 'cuff-loose')).toBe('커프 느슨함');
    expect(i18n.code('quality', 'newer-than-this-page')).toBe('newer-than-this-page');
  });
});
