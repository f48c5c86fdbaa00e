import { z } from "zod";
import { Settings } from "@lib/settings/settings.ts";

/** One setting as declared. */
export type SettingKey = {
  /** Dotted key; `<name>` stands for a name that the operator chooses. */
  key: string;
  description: string;
  /** Undefined when the setting may be absent or must be given. */
  defaultValue: unknown;
  /** True = never shown; `url` = shown without credentials. */
  secret: boolean | "url";
  /** Accepted without effect. */
  ignored: boolean;
};

/** Every setting in the order of declaration; tables are not listed themselves. */
export function listSettingKeys(): SettingKey[] {
  return [...walk("", Settings, undefined)];
}

function* walk(key: string, schema: z.core.$ZodType, defaultValue: unknown): Generator<SettingKey> {
  const inner = unwrap(schema);
  if (inner.schema instanceof z.ZodObject) {
    for (const [name, field] of Object.entries<z.core.$ZodType>(inner.schema.shape)) {
      yield* walk(key === "" ? name : `${key}.${name}`, field, undefined);
    }
  } else if (inner.schema instanceof z.ZodRecord) {
    yield* describedOr(schema, walk(`${key}.<name>`, inner.schema.valueType, undefined));
  } else {
    yield leaf(key, schema, inner.defaultValue ?? defaultValue);
  }
}

/** A map of plain values takes its description from the map. */
function* describedOr(schema: z.core.$ZodType, keys: Generator<SettingKey>): Generator<SettingKey> {
  for (const setting of keys) {
    yield { ...setting, description: setting.description || leaf("", schema, undefined).description };
  }
}

function leaf(key: string, schema: z.core.$ZodType, defaultValue: unknown): SettingKey {
  const { description = "", secret, ignored } = z.globalRegistry.get(schema) ?? {};
  return {
    key,
    description,
    defaultValue,
    secret: secret === true || secret === "url" ? secret : false,
    ignored: ignored === true,
  };
}

/** Removes defaults, optionality and conversions around what a value really is. */
function unwrap(schema: z.core.$ZodType): { schema: z.core.$ZodType; defaultValue: unknown } {
  let defaultValue: unknown;
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodDefault) {
      defaultValue = inner.def.defaultValue;
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.def.in instanceof z.ZodTransform ? inner.def.out : inner.def.in;
    } else {
      return { schema: inner, defaultValue };
    }
  }
}
