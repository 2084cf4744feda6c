/**
 * Remembers what was made for a key, for values that are the same each time and take long to make.
 * It forgets everything once it holds `most`, so that keys from outside cannot fill the machine.
 */
export function memory<Value, Key = string>(most: number): (key: Key, make: () => Value) => Value {
  const made = new Map<Key, Value>();
  return (key, make) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (made.size >= most) made.clear();
    made.set(key, value);
    return value;
  };
}
