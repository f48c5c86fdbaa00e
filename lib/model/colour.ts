/** CSS colours and gradients: of roles, masquerades and embeds. */

/**
 * The form as the protocol documents it, which nobody may run on what clients send: the blanks around the stops of a
 * gradient belong to its parts in so many ways that a hundred characters take minutes.
 */
export const COLOUR_PATTERN =
  /^(?:[a-z ]+|var\(--[a-z\d-]+\)|rgba?\([\d, ]+\)|#[a-f0-9]+|(repeating-)?(linear|conic|radial)-gradient\(([a-z ]+|var\(--[a-z\d-]+\)|rgba?\([\d, ]+\)|#[a-f0-9]+|\d+deg)([ ]+in[ ]+[a-z-]+([ ]+(shorter|longer|increasing|decreasing)[ ]+hue)?)?([ ]+(\d{1,3}%|0))?(,[ ]*([a-z ]+|var\(--[a-z\d-]+\)|rgba?\([\d, ]+\)|#[a-f0-9]+)([ ]+(\d{1,3}%|0))?)+\))$/i;

const WORDS = "[a-z ]+";
const CODE = String.raw`(?:var\(--[a-z\d-]+\)|rgba?\([\d, ]+\)|#[a-f0-9]+)`;
const OFFSET = String.raw`(?:\d{1,3}%|0)`;
const SPACE = " +in +[a-z-]+(?: +(?:shorter|longer|increasing|decreasing) +hue)?";
const START = String.raw`(?:${WORDS}|${CODE}|\d+deg)(?:${SPACE})?(?: +${OFFSET})?`;
// Words take all blanks there are, so an offset after them looks back for its own: there is one way to read a stop.
const STOP = `(?:${WORDS}(?:(?<=[a-z ] )${OFFSET})?| *${CODE}(?: +${OFFSET})?)`;
const GRADIENT = String.raw`(?:repeating-)?(?:linear|conic|radial)-gradient\(${START}(?:,${STOP})+\)`;
const COLOUR = new RegExp(`^(?:${WORDS}|${CODE}|${GRADIENT})$`, "i");

/** Whether a text has the documented form. */
export const isColour = (text: string): boolean => COLOUR.test(text);
