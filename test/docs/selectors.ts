import { type TSchema, Type } from 'typebox'

const text = Type.String()
const flag = Type.Boolean()
const texts = Type.Union([text, Type.Array(text)])
const closed = { additionalProperties: false }
const optional = Type.Optional
const entityFilter = Type.Object(
  {
    integration: optional(text),
    domain: optional(texts),
    device_class: optional(texts),
    supported_features: optional(Type.Array(texts)),
  },
  closed,
)
const deviceFilter = Type.Object(
  {
    integration: optional(text),
    manufacturer: optional(text),
    model: optional(text),
    model_id: optional(text),
  },
  closed,
)
const oneOrMore = (filter: TSchema) => Type.Union([filter, Type.Array(filter)])

/** Options of the selectors that our blueprints use, and the release of Home Assistant that first had them where that matters. */
export const selectors: Readonly<Record<string, { options: TSchema; since?: string }>> = {
  trigger: { options: Type.Object({}, closed), since: '2023.12.0' },
  duration: {
    options: Type.Object({ enable_day: optional(flag), enable_millisecond: optional(flag) }, closed),
  },
  text: {
    options: Type.Object(
      { multiline: optional(flag), multiple: optional(flag), prefix: optional(text), suffix: optional(text) },
      closed,
    ),
  },
  number: {
    options: Type.Object(
      {
        min: optional(Type.Number()),
        max: optional(Type.Number()),
        step: optional(Type.Union([Type.Number({ minimum: 0.001 }), Type.Literal('any')])),
        mode: optional(Type.Enum(['box', 'slider'])),
        unit_of_measurement: optional(text),
      },
      closed,
    ),
  },
  select: {
    options: Type.Object(
      {
        options: Type.Union([
          Type.Array(text),
          Type.Array(Type.Object({ label: text, value: text }, closed)),
        ]),
        multiple: optional(flag),
        custom_value: optional(flag),
        mode: optional(Type.Enum(['list', 'dropdown'])),
        sort: optional(flag),
      },
      closed,
    ),
  },
  entity: {
    options: Type.Object(
      {
        filter: optional(oneOrMore(entityFilter)),
        multiple: optional(flag),
        include_entities: optional(Type.Array(text)),
        exclude_entities: optional(Type.Array(text)),
      },
      closed,
    ),
  },
  device: {
    options: Type.Object(
      {
        filter: optional(oneOrMore(deviceFilter)),
        entity: optional(oneOrMore(entityFilter)),
        multiple: optional(flag),
      },
      closed,
    ),
  },
  object: {
    options: Type.Object(
      {
        multiple: optional(flag),
        label_field: optional(text),
        description_field: optional(text),
        fields: optional(
          Type.Record(
            text,
            Type.Object(
              { selector: Type.Object({}), label: optional(text), required: optional(flag) },
              closed,
            ),
          ),
        ),
      },
      closed,
    ),
    // Before it, an object had no fields of its own.
    since: '2025.7.0',
  },
}
