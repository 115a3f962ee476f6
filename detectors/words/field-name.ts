/** The name of the field that a number is the value of: `"mobile":"138…`, `uid=138…`, `<tel>138…`. */

/** `key=`, `"key":`, `key:` with nothing after it: written by machines. A name, a colon and a blank may be prose, unless it begins the line. */
const ASSIGNED = /(?:(["'`])([A-Za-z_$][\w$.-]{0,47})\\?\1\s*(?::|=>?|,)|(?<![\w$.-])([A-Za-z_$][\w$.-]{0,47})(?:\s*=>?|:|\s*:=))\s*\[?\s*\\?["'`]?$/;
const LINE_OF_YAML = /(?:^|\n)[ \t]*(?:- )?([A-Za-z_$][\w$.-]{0,47}): +["']?$/;
/** `create_time: 138…`: a name that nobody writes in prose. */
const MACHINE_NAME = /(?<![\w$.-])([a-z]+(?:_[a-z]+|[A-Z][a-z]*)+): +["']?$/;
/** `TEL;TYPE=WORK:` of a vCard. */
const PROPERTY = /(?:^|\n)([A-Za-z][A-Za-z-]{0,30})(?:;[^:\n]{1,60})+:$/;
/** `name="mobile" value="138…`, `<field name="mobile">138…`, `"name":"mobile","value":"138…`. */
const NAMED = /(?<![\w-])(?:name|key|field|code|id)["']?\s?[=:]\s?["']([A-Za-z_][\w.-]{0,47})["'](?:,?\s{0,2}["']?value["']?\s?[=:]\s?["']?|\s?>)$/;
const ELEMENT = /<([A-Za-z_][\w:.-]{0,47})(?:\s[^<>]{0,40})?>\s*(?:<!\[CDATA\[)?$/;
/** `/items/138…`: the collection that the number is a key of. */
const PATH = /\/([A-Za-z][\w-]{0,30})\/$/;
/** Names that say nothing of what they hold, and HTML's own elements. */
const TELLS_NOTHING =
  /^(?:v|val|values?|text|string|str|s|t|x|y|z|a|b|c|k|content|data|datas|items?|list|array|msg|messages?|body|title|names?|note|remarks?|desc|description|args?|argv|params?|parameters?|input|output|q|query|keywords?|search|result|results|info|detail|field|cell|column|th|td|tr|li|ul|ol|p|span|div|b|i|em|strong|font|h[1-6]|a|pre|code|label|option|center|dd|dt|w:t|si|is)$/i;

/** What stands between a field's name and its value ends with one of these, quotes, blanks and brackets aside. */
const ENDS_AS_FIELD = /[:=,>/[][\s"'`\\]*$/;
const NAMED_ENOUGH = /[A-Za-z_$]/;

/** The signs that fields end with, and what may follow them; anything beyond ASCII may be a blank. */
const FIELD_SIGNS = ':=,>/[';
const BEHIND_SIGNS = ' \t\n\v\f\r"\'`\\';

/** The same without looking at all of a text: most end with a letter or a digit. */
function mayEndAsField(text: string): boolean {
  let at = text.length - 1;
  while (at >= 0 && (BEHIND_SIGNS.includes(text.charAt(at)) || text.charCodeAt(at) > 0x7f)) at--;
  return at >= 0 && FIELD_SIGNS.includes(text.charAt(at));
}

/** `undefined` when no field is seen, or one whose name tells nothing. */
export function fieldName(left: string): string | undefined {
  if (!mayEndAsField(left) || !ENDS_AS_FIELD.test(left) || !NAMED_ENOUGH.test(left)) return undefined;
  const assigned = ASSIGNED.exec(left);
  const name = NAMED.exec(left)?.[1] ?? PROPERTY.exec(left)?.[1] ?? assigned?.[2] ?? assigned?.[3] ?? LINE_OF_YAML.exec(left)?.[1] ?? MACHINE_NAME.exec(left)?.[1] ?? ELEMENT.exec(left)?.[1];
  if (name !== undefined) return TELLS_NOTHING.test(name) ? undefined : name;
  return PATH.exec(left)?.[1];
}
