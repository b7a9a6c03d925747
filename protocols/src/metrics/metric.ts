/** The form of a catalogue entry; the entries themselves are in catalogue.ts. */

export type MetricId = 'blood-pressure' | 'pulse' | 'spo2' | 'body-temperature' | 'perfusion-index' | 'cuff-pressure';

export type ComponentId = 'systolic' | 'diastolic' | 'mean' | 'value';

/** Korean and English wording of a thing that has one name in each. */
export interface Label {
  readonly ko: string;
  readonly en: string;
}

export interface ComponentDefinition {
  readonly id: ComponentId;
  readonly label: Label;
  /** 11073-10101 code as 32 bit number (partition << 16 + term). */
  readonly mdc: number;
  readonly loinc: string | null;
  /** Physics, of this component. In the metric's `unit`. */
  readonly plausible: readonly [low: number, high: number];
}

/** How the metric stands in FHIR R4. */
export interface FhirMapping {
  /** Name of the profile below http://hl7.org/fhir/StructureDefinition/. */
  readonly profile: 'bp' | 'heartrate' | 'oxygensat' | 'bodytemp' | 'vitalsigns';
  /** LOINC code that the profile demands before the metric's own; absent where they are the same. */
  readonly magicLoinc?: string;
}

export interface MetricDefinition {
  readonly id: MetricId;
  readonly label: Label;
  readonly mdc: number;
  readonly loinc: string | null;
  /** UCUM unit in which readings are stored. */
  readonly unit: string;
  /** Decimals shown on screens. */
  readonly decimals: number;
  /** Physics: a value outside is kept and marked implausible. In `unit`. */
  readonly plausible: readonly [low: number, high: number];
  /** Population: what a screen calls usual; per component. In `unit`. Never an alarm limit. */
  readonly reference: Readonly<Partial<Record<ComponentId, readonly [low: number, high: number]>>>;
  readonly kind: 'spot' | 'continuous';
  readonly fhir: FhirMapping;
  readonly components: readonly ComponentDefinition[];
}
