import { computed, effect, inject, Service, signal, DOCUMENT } from '@angular/core';
import { LOCAL_STORE } from '../local-store.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { formatMessage, type Lang, type Params } from './message.ts';

export type { Lang, Params } from './message.ts';
export type MessageKey = keyof typeof en;

const DICTIONARIES: Readonly<Record<Lang, Readonly<Record<MessageKey, string>>>> = { ko, en };
const STORE_KEY = 'gaya.lang';

/** The language of the screen and its words. Everything that reads {@link t} follows a change of language without reload. */
@Service()
export class I18n {
  private readonly store = inject(LOCAL_STORE);
  private readonly chosen = signal<Lang>(this.store.get(STORE_KEY) === 'en' ? 'en' : 'ko');

  readonly lang = this.chosen.asReadonly();
  readonly locale = computed(() => (this.lang() === 'ko' ? 'ko-KR' : 'en-GB'));

  constructor() {
    const root = inject(DOCUMENT).documentElement;
    effect(() => {
      root.lang = this.lang();
    });
  }

  choose(lang: Lang): void {
    this.chosen.set(lang);
    this.store.set(STORE_KEY, lang);
  }

  /** The text of a key in the language of the screen. */
  readonly t = (key: MessageKey, params?: Params): string =>
    formatMessage(this.lang(), DICTIONARIES[this.lang()][key], params);

  /** The text of a code that the server sent, or the code itself where this version has no word for it. */
  readonly code = (group: CodeGroup, code: string): string => {
    const key = `${group}.${code}`;
    return isMessageKey(key) ? this.t(key) : code;
  };

  /** The language's own one of a pair, as the metric catalogue has them. */
  readonly label = (label: Readonly<Record<Lang, string>>): string => label[this.lang()];
}

/** First parts of keys whose second part is a code of the API. */
export type CodeGroup =
  | 'worklist.group'
  | 'sex'
  | 'sexLong'
  | 'quality'
  | 'verdict'
  | 'timeReason'
  | 'tray'
  | 'source'
  | 'linkState'
  | 'absent'
  | 'decision'
  | 'problem'
  | 'profile'
  | 'how'
  | 'field'
  | 'author'
  | 'adapter'
  | 'fault';

function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}
