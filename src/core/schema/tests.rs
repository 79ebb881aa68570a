//! Descriptions as sellers write them, and what may be held against a request.

use super::*;
use crate::core::json::Json as _;
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

fn older(entry: &Value) -> Option<Schema<Value>> {
    let chosen = json!({ "outputSchema": entry });
    Schema::read(&Described { chosen, others: vec![], bazaar: None, is_newer: false })
}

fn newer(bazaar: Value) -> Option<Schema<Value>> {
    Schema::read(&Described { chosen: json!({}), others: vec![], bazaar: Some(bazaar), is_newer: true })
}

fn body(fields: Value) -> Schema<Value> {
    older(&json!({ "input": { "type": "http", "method": "POST", "bodyFields": fields } })).unwrap()
}

/// `name:type`, `!` if it is required, its default after `=`, the allowed values in braces, the bounds in brackets.
fn notation(name: &str, field: &Value) -> Vec<String> {
    let kinds = field::texts(field, "type").join("|");
    let mut line = format!("{name}:{}", if kinds.is_empty() { "any" } else { &kinds });
    line.push_str(if field["required"] == true { "!" } else { "" });
    if let Some(default) = Json::get(field, "default") {
        line.push_str(&format!("={default}"));
    }
    if let Some(allowed) = Json::get(field, "enum") {
        line.push_str(&allowed.to_string());
    }
    let bound = |key: &str| Json::get(field, key).map_or_else(String::new, |bound| bound.to_string());
    let [least, most, above, below, length] =
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "maxLength"].map(bound);
    if [&least, &most, &above, &below, &length].iter().any(|bound| !bound.is_empty()) {
        let length = if length.is_empty() { length } else { format!("length {length}") };
        line.push_str(&format!("[{least}{above}..{most}{below}{length}]"));
    }
    let mut lines = vec![line];
    for (inner, field) in Json::get(field, "properties").map(|fields| fields.entries()).unwrap_or_default() {
        lines.extend(notation(&format!("{name}.{inner}"), &field));
    }
    lines
}

fn lines(schema: Option<&Schema<Value>>) -> Vec<String> {
    schema.into_iter().flat_map(|schema| schema.0.entries()).flat_map(|(name, field)| notation(&name, &field)).collect()
}

/// What is wrong with which field.
fn faults(schema: &Schema<Value>, parameters: &Value) -> Vec<(String, String)> {
    let text = |problem: &Details, name: &str| match problem.get(name) {
        Some(Detail::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    let problems = schema.problems(parameters, true);
    problems.iter().map(|problem| (text(problem, "field"), text(problem, "problem"))).collect()
}

fn fault(field: Value, value: Value) -> Option<String> {
    let found = faults(&body(json!({ "x": field })), &json!({ "x": value }));
    assert!(found.len() < 2);
    found.into_iter().next().map(|(_, fault)| fault)
}

#[test]
fn descriptions_are_read_in_each_of_their_forms() {
    let http = |more: Value| {
        let mut input = json!({ "type": "http", "method": "POST" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "input": input })
    };
    for (given, reading) in [
        (
            http(json!({ "bodyType": "json", "bodyFields": {
                "prompt": { "type": "string", "required": true },
                "opts": { "type": "string", "properties": {
                    "model": { "type": "string", "enum": ["m1"], "default": "m1" },
                    "secs": { "type": "number", "default": 8 },
                } },
            } })),
            vec!["prompt:string!", "opts:string|object", r#"opts.model:string="m1"["m1"]"#, "opts.secs:number=8"],
        ),
        (
            http(json!({ "discoverable": true, "query_params": null, "body_type": "json",
                "body_fields": { "prompt": { "type": "string", "description": "what to show" } }, "header_fields": null })),
            vec!["prompt:string"],
        ),
        (
            json!({ "input": { "type": "http", "method": "GET",
                "queryParams": { "q": "string", "n": "number", "note": "Optional text, e.g. a:b" } } }),
            vec!["q:string", "n:number", "note:any"],
        ),
        (
            http(json!({ "bodyFields": {
                "len": { "type": "\"4s\" | \"8s\"", "default": "8s", "required": false },
                "box": { "type": "Box | \"square\"", "default": { "w": 64, "h": 64 } },
                "k": { "type": "string | number" },
            } })),
            vec![r#"len:string="8s"["4s","8s"]"#, r#"box:any={"w":64,"h":64}"#, "k:string|number"],
        ),
        (
            http(json!({ "bodyFields": {
                "a": { "type": "string" },
                "o": { "type": "object", "properties": { "x": { "type": "integer" } }, "required": ["x"] },
            }, "bodyRequired": ["a"] })),
            vec!["a:string!", "o:object", "o.x:integer!"],
        ),
        (
            http(json!({ "discoverable": true, "bodyType": "json", "body": { "type": "object", "properties": {
                "prompt": { "type": "string" },
                "ratio": { "type": "string", "enum": ["1:1", "16:9"], "description": "Defaults to 1:1." },
            }, "required": ["prompt"] } })),
            vec!["prompt:string!", r#"ratio:string["1:1","16:9"]"#],
        ),
        // The input is the schema.
        (
            json!({ "input": { "type": "object", "properties": { "p": { "type": "int" } }, "required": ["p"] } }),
            vec!["p:integer!"],
        ),
        (
            http(json!({ "bodyFields": { "prompt": "string", "farcasterId": "number" } })),
            vec!["prompt:string", "farcasterId:number"],
        ),
        // Some words of other languages, and a list of them.
        (
            http(
                json!({ "bodyFields": { "a": { "type": ["string", "null"] }, "b": "string[]", "c": { "type": "File" } } }),
            ),
            vec!["a:string|null", "b:array", "c:any"],
        ),
    ] {
        assert_eq!(lines(older(&given).as_ref()), reading, "{given}");
    }
}

#[test]
fn descriptions_of_version_2_are_read_inside_the_schema_of_their_example() {
    let declared = |body: Value| {
        json!({
            "info": { "input": { "type": "http", "method": "POST", "bodyType": "json", "body": { "prompt": "a cat" } } },
            "schema": { "type": "object", "properties": { "input": { "type": "object", "properties": { "body": body },
                "required": ["body"], "additionalProperties": false } } },
        })
    };
    let zod = newer(declared(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "properties": {
            "prompt": { "type": "string", "minLength": 1, "maxLength": 20 },
            "secs": { "type": "string", "enum": ["4", "8"], "default": "8" },
            "n": { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
        },
        "required": ["prompt", "secs"], "additionalProperties": false,
    })));
    let reading = ["prompt:string![..length 20]", r#"secs:string="8"["4","8"]"#, "n:integer"];
    assert_eq!(lines(zod.as_ref()), reading);
    let zod = zod.unwrap();
    assert_eq!(faults(&zod, &json!({ "prompt": "x", "seed": "y" })), []);
    assert_eq!(faults(&zod, &json!({ "prompt": "x", "secs": 8 })), []);
    assert_eq!(faults(&zod, &json!({ "prompt": "x", "secs": "5" })), [("secs".into(), Fault::NotAllowed.name())]);

    let query = newer(json!({
        "info": { "input": { "type": "http", "method": "POST", "queryParams": { "prompt": "a cat" } } },
        "schema": { "properties": { "input": { "properties": { "method": { "enum": ["POST"] },
            "queryParams": { "type": "object", "properties": { "prompt": { "type": "string" } }, "required": ["prompt"] },
        } } } },
    }));
    assert_eq!(lines(query.as_ref()), ["prompt:string!"]);
    assert_eq!(faults(&query.unwrap(), &json!({ "prompt": "x" })), []);

    let pydantic = newer(declared(json!({
        "$defs": { "M": { "enum": ["a", "b"], "type": "string" } },
        "properties": {
            "model": { "$ref": "#/$defs/M", "default": "a" },
            "secs": { "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 20 }, { "type": "null" }], "default": null },
            "cfg": { "type": "number", "exclusiveMinimum": 0 },
        },
        "title": "R",
    })));
    assert_eq!(
        lines(pydantic.as_ref()),
        [r#"model:string="a"["a","b"]"#, "secs:integer|null[1..20]", "cfg:number[0..]"]
    );

    // Of a request without a body, nothing is held against one that has one.
    let get =
        newer(json!({ "schema": { "properties": { "input": { "properties": { "method": { "enum": ["GET", "HEAD"] },
        "queryParams": { "properties": { "name": { "enum": ["a", "b"] } }, "required": ["name"] },
    } } } } }));
    assert_eq!(lines(get.as_ref()), ["name:any"]);

    // An example that is a schema, and the raw form of some servers.
    let schema = json!({ "type": "object", "properties": { "p": { "type": "string" } }, "required": ["p"] });
    assert_eq!(lines(newer(json!({ "info": { "input": { "body": schema } } })).as_ref()), ["p:string!"]);
    assert_eq!(lines(newer(json!({ "inputSchema": { "queryParams": { "p": "string" } } })).as_ref()), ["p:string"]);
}

#[test]
fn what_is_absent_broken_or_too_large_says_nothing() {
    for nothing in [
        json!(null),
        json!([]),
        json!("a"),
        json!({}),
        json!({ "input": null }),
        json!({ "input": { "type": "http", "method": "POST", "discoverable": true } }),
        json!({ "input": { "type": "http", "bodyFields": {} } }),
        json!({ "input": { "type": "http", "body": { "properties": {} } } }),
        json!({ "input": { "type": "http", "body": { "type": "object", "required": ["prompt"] } } }),
        json!({ "input": { "type": "http", "bodyFields": { "__proto__": "string", "a b": "string", "": "string" } } }),
        json!({ "input": { "type": "http", "bodyFields": { "x": { "description": "a".repeat(0x1_0000) } } } }),
    ] {
        assert_eq!(older(&nothing), None, "{}", &nothing.to_string()[..nothing.to_string().len().min(80)]);
    }
    let wrong_level = json!({
        "info": { "input": { "type": "http", "method": "POST", "bodyType": "json", "body": { "prompt": "a" } } },
        "schema": { "type": "object", "properties": { "prompt": { "type": "string" } }, "required": ["prompt"] },
    });
    assert_eq!(newer(wrong_level), None);
    let nested = |levels: usize| {
        let inner = json!({ "type": "string" });
        let deep = (0..levels).fold(inner, |inner, _| json!({ "type": "object", "properties": { "x": inner } }));
        older(&json!({ "input": { "type": "http", "bodyFields": { "x": deep } } }))
    };
    assert!(nested(16).is_some());
    assert_eq!(nested(17), None, "deeper than is read");
    let wide = |count: usize| {
        let fields: Value =
            (0..count).map(|at| (format!("f{at}"), json!("string"))).collect::<serde_json::Map<_, _>>().into();
        older(&json!({ "input": { "type": "http", "bodyFields": fields } }))
    };
    assert!(wide(999).is_some());
    assert_eq!(wide(1_000), None);
    // A reference to itself ends.
    let endless = json!({ "$defs": { "M": { "anyOf": [{ "$ref": "#/$defs/M" }, { "$ref": "#/$defs/M" }] } },
        "properties": { "m": { "$ref": "#/$defs/M" } } });
    assert_eq!(newer(json!({ "schema": { "properties": { "input": { "properties": { "body": endless } } } } })), None);
}

#[test]
fn the_parameters_in_the_envelope_stand_beside_those_around_it() {
    let schema = body(json!({
        "prompt": { "type": "string", "required": true },
        "templateData": { "type": "string", "required": true, "properties": {
            "videoModel": { "type": "string", "enum": ["xai-grok-imagine", "fal-kling-o3"] },
            "duration": { "type": "number", "maximum": 10 },
        } },
        "seed": { "type": "integer", "required": true },
        "duration": { "type": "number" },
    }));
    assert_eq!(
        lines(Some(&schema)),
        [r#"videoModel:string["xai-grok-imagine","fal-kling-o3"]"#, "duration:number", "prompt:string!"],
        "the bounds are contradicted outside"
    );
    assert_eq!(schema.models(), ["xai-grok-imagine", "fal-kling-o3"]);
    let problems = schema.problems(&json!({ "prompt": "a", "videoModel": "sora" }), true);
    assert_eq!(
        Value::of(&problems),
        json!([{
            "field": "videoModel", "problem": "not_allowed", "allowed": ["xai-grok-imagine", "fal-kling-o3"],
            "message": "`videoModel` takes xai-grok-imagine, fal-kling-o3",
        }])
    );
    assert!(body(json!({ "a": "string" })).models().is_empty());
    assert_eq!(body(json!({ "videoModel": { "enum": ["m", 5, "\u{202e}m"] } })).models(), ["m"]);
    assert!(body(json!({ "model": { "enum": ["m", "n"] } })).models().is_empty(), "it has no use for `videoModel`");
}

#[test]
fn only_what_is_certain_rules_a_value_out() {
    let text = || json!({ "type": "string", "maxLength": 3 });
    let listed = || json!({ "enum": ["4", "8"] });
    let number = || json!({ "type": "number", "minimum": 1, "exclusiveMaximum": 5 });
    for (field, value, wrong) in [
        (text(), json!("abc"), None),
        (text(), json!("äöü"), None),
        (text(), json!("abcd"), Some(Fault::TooLong)),
        (text(), json!("https://long.test/"), None),
        (text(), json!("data:image/png;base64,AAAA"), None),
        (text(), json!(1234), None),
        (text(), json!({}), Some(Fault::WrongType)),
        (text(), json!([]), Some(Fault::WrongType)),
        (json!({ "type": "string", "description": "A JSON list" }), json!([]), None),
        (json!({ "type": "string", "properties": { "a": "string" } }), json!({}), None),
        (listed(), json!("8"), None),
        (listed(), json!(8), None),
        (listed(), json!(8.0), None),
        (listed(), json!("5"), Some(Fault::NotAllowed)),
        (listed(), json!(8.5), Some(Fault::NotAllowed)),
        (listed(), json!(true), Some(Fault::NotAllowed)),
        (json!({ "enum": ["4s", "8s"] }), json!(8), None),
        (json!({ "enum": ["4s", "8s"] }), json!(40), Some(Fault::NotAllowed)),
        (json!({ "enum": ["8:1", "2"] }), json!(8), Some(Fault::NotAllowed)),
        (json!({ "enum": ["4s", "8s"] }), json!("8"), Some(Fault::NotAllowed)),
        (json!({ "enum": ["true", "false"] }), json!(true), None),
        (json!({ "enum": ["a"] }), json!("b"), None),
        (json!({ "const": "a" }), json!("b"), None),
        (json!({ "enum": ["a", "b"], "default": "c" }), json!("d"), None),
        (json!({ "enum": ["a", { "b": 1 }] }), json!("d"), None),
        (json!({ "enum": ["a", null] }), json!("d"), None),
        (number(), json!(1), None),
        (number(), json!(0.5), Some(Fault::TooSmall)),
        (number(), json!(5), Some(Fault::TooLarge)),
        (number(), json!("9"), None),
        (json!({ "type": "integer" }), json!(1.5), None),
        (json!({ "minimum": 5, "maximum": 1 }), json!(9), None),
        // In older drafts, the minimum itself is too small then.
        (json!({ "minimum": 1, "exclusiveMinimum": true }), json!(1), None),
        (json!({ "type": "object" }), json!(1), Some(Fault::WrongType)),
        (json!({ "type": "object" }), json!("a"), Some(Fault::WrongType)),
        (json!({ "type": "object" }), json!(" {\"a\":1}"), None),
        (json!({ "type": "object" }), json!([]), Some(Fault::WrongType)),
        (json!({ "type": "array" }), json!("https://a.test"), None),
        (json!({ "type": "array", "items": { "enum": ["a", "b"] } }), json!(["a", "b"]), None),
        (json!({ "type": "array", "items": { "enum": ["a", "b"] } }), json!(["a", "c", "d"]), Some(Fault::NotAllowed)),
        (json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] }), json!("c"), Some(Fault::NotAllowed)),
        (json!({ "oneOf": [{ "const": "a" }, { "type": "string" }] }), json!("c"), None),
        (json!({ "allOf": [{ "enum": ["a", "b"] }] }), json!("c"), None),
        (json!({ "type": "Foo" }), json!({}), None),
        (json!({ "pattern": "^a$", "format": "uri", "multipleOf": 2 }), json!("b"), None),
        (json!(5), json!("b"), None),
    ] {
        assert_eq!(fault(field.clone(), value.clone()), wrong.map(Fault::name), "{value} for {field}");
    }
}

#[test]
fn a_description_that_its_own_default_or_example_does_not_meet_rules_nothing_out() {
    for (field, value) in [
        (json!({ "enum": ["a", "b"], "example": "c" }), json!("d")),
        (json!({ "enum": ["a", "b"], "examples": ["c"] }), json!("d")),
        (json!({ "type": "number", "maximum": 5, "default": 8 }), json!(9)),
        (json!({ "type": "number", "example": { "seconds": 8 } }), json!([9])),
        (json!({ "maxLength": 3, "example": "abcd" }), json!("abcde")),
    ] {
        assert_eq!(fault(field.clone(), value.clone()), None, "{value} for {field}");
        let mut sound = field.clone();
        for own in ["default", "example", "examples"] {
            sound.as_object_mut().unwrap().remove(own);
        }
        assert!(fault(sound, value).is_some(), "{field}");
    }
    assert_eq!(fault(json!({ "enum": ["a", "b"], "example": "a" }), json!("c")), Some("not_allowed".into()));
    let bazaar = |example: Value| {
        let fields =
            json!({ "m": { "enum": ["a", "b"] }, "templateData": { "properties": { "n": { "maximum": 5 } } } });
        let schema = json!({ "properties": { "input": { "properties": { "body": { "properties": fields } } } } });
        let schema = newer(json!({ "info": { "input": { "body": example } }, "schema": schema })).unwrap();
        faults(&schema, &json!({ "m": "c", "n": 6 })).len()
    };
    assert_eq!(bazaar(json!({ "m": "a", "templateData": { "n": 5 } })), 2);
    assert_eq!(bazaar(json!({ "m": "z", "templateData": { "n": 5 } })), 1);
    assert_eq!(bazaar(json!({ "m": "z", "templateData": { "n": 7 } })), 0);
}

#[test]
fn a_reference_or_a_union_around_the_fields_leads_to_them() {
    let of_body =
        |body: Value| newer(json!({ "schema": { "properties": { "input": { "properties": { "body": body } } } } }));
    let fields = json!({ "m": { "type": "string", "enum": ["a", "b"] } });
    let object = json!({ "type": "object", "properties": fields });
    for body in [
        json!({ "$ref": "#/$defs/B", "$defs": { "B": object } }),
        json!({ "anyOf": [object, { "type": "null" }] }),
        json!({ "oneOf": [{ "$comment": "a" }, object] }),
        json!({ "properties": { "templateData": { "anyOf": [object, { "type": "string" }] } } }),
    ] {
        let schema = of_body(body.clone()).unwrap_or_else(|| panic!("{body}"));
        assert_eq!(faults(&schema, &json!({ "m": "c" })).len(), 1, "{body}");
        assert!(faults(&schema, &json!({ "m": "a" })).is_empty(), "{body}");
    }
    assert_eq!(of_body(json!({ "$ref": "#/$defs/B", "$defs": { "B": { "$ref": "#/$defs/B" } } })), None);
    let two = json!({ "anyOf": [object, { "type": "object", "properties": { "n": { "enum": [1, 2] } } }] });
    assert!(of_body(two).is_none_or(|schema| faults(&schema, &json!({ "m": "c", "n": 3 })).is_empty()), "either");
}

#[test]
fn fields_of_a_query_may_be_anywhere_and_headers_are_no_fields() {
    let query = json!({ "prompt": { "required": true }, "seconds": { "required": true, "enum": [4, 8] } });
    let schema = older(&json!({ "input": { "type": "http", "method": "POST", "queryParams": query } })).unwrap();
    let missing = |given: Value| schema.problems(&given, false).len();
    assert_eq!(missing(json!({ "prompt": "a", "seconds": 8 })), 0);
    assert_eq!([missing(json!({ "prompt": "a" })), missing(json!({ "prompt": "a", "seconds": 5 }))], [1, 1]);
    let required = json!({ "required": true });
    let headers = json!({
        "X-PAYMENT": required, "payment-signature": required, "Authorization": required, "SIGN-IN-WITH-X": required,
        "prompt": "string",
    });
    assert_eq!(lines(Some(&body(headers))), ["prompt:string"]);
    for input in [
        json!({ "type": "mcp", "body": { "properties": { "x": { "required": true } } } }),
        json!({ "type": "http", "method": "GET", "body": { "properties": { "x": { "required": true } } } }),
    ] {
        let problems = older(&json!({ "input": input })).map_or(0, |schema| schema.problems(&json!({}), true).len());
        assert_eq!(problems, 0, "{input}");
    }
    let bazaar = json!({ "info": { "input": { "method": "GET" } }, "schema": { "properties": { "input": { "properties": {
        "queryParams": { "properties": { "q": {} }, "required": ["q"] } } } } } });
    assert!(newer(bazaar).is_none_or(|schema| schema.problems(&json!({}), false).is_empty()));
}

#[test]
fn rules_that_contradict_each_other_rule_nothing_out() {
    for (field, value) in [
        (json!({ "minimum": 5, "exclusiveMaximum": 5 }), json!(5)),
        (json!({ "exclusiveMinimum": 5, "maximum": 5 }), json!(5)),
        (json!({ "minLength": 10, "maxLength": 5 }), json!("abcdefg")),
        (json!({ "enum": [4, 8], "minimum": 10 }), json!(5)),
        (json!({ "enum": ["a", "b"], "default": "c".repeat(600) }), json!("d")),
    ] {
        assert_eq!(fault(field.clone(), value.clone()), None, "{value} for {field}");
    }
    assert_eq!(fault(json!({ "minimum": 5, "maximum": 5 }), json!(6)), Some("too_large".into()));
    assert_eq!(fault(json!({ "enum": [4, 8, 12], "maximum": 8 }), json!(12)), Some("too_large".into()));
}

#[test]
fn two_places_may_list_the_same_in_another_order() {
    let entry = |list: Value| {
        json!({ "outputSchema": { "input": { "type": "http", "bodyFields": {
        "m": { "enum": list }, "o": { "type": "object", "properties": { "n": { "maximum": 5, "description": list.to_string() } } },
    } } } })
    };
    let (chosen, others) = (entry(json!(["a", "b"])), vec![entry(json!(["b", "a"]))]);
    let schema = Schema::read(&Described { chosen, others, bazaar: None, is_newer: false }).unwrap();
    assert_eq!(faults(&schema, &json!({ "m": "c", "o": { "n": 6 } })).len(), 2);
}

#[test]
fn a_field_may_be_called_properties() {
    let fields =
        json!({ "prompt": "string", "properties": { "type": "object", "required": true, "description": "more" } });
    assert_eq!(lines(Some(&body(fields))), ["prompt:string", "properties:object!"]);
}

#[test]
fn values_that_are_not_fit_to_be_shown_are_not_named() {
    let schema = body(json!({ "x": { "enum": ["a", "b\u{202e}c", "d\n"] } }));
    let problems = Value::of(&schema.problems(&json!({ "x": "z" }), true));
    assert_eq!(problems[0]["allowed"], json!(["a"]));
    let schema = body(json!({ "x": { "enum": ["b\n", "d\n"] } }));
    let problems = Value::of(&schema.problems(&json!({ "x": "z" }), true));
    let message = "`x` has a value that is not among those listed";
    assert_eq!(problems, json!([{ "field": "x", "problem": "not_allowed", "message": message }]));
}

#[test]
fn only_a_parameter_that_is_certainly_required_has_to_be_there() {
    for (field, is_required) in [
        (json!({ "required": true }), true),
        (json!({ "required": true, "default": null }), false),
        (json!({ "required": true, "default": 8 }), false),
        (json!({ "required": true, "default": "a".repeat(600) }), false),
        (json!({ "required": "true" }), false),
        (json!({ "required": false }), false),
        (json!({ "required": ["x"] }), false),
        (json!({}), false),
    ] {
        let schema = body(json!({ "aspectRatio": field, "o": "string" }));
        let missing = faults(&schema, &json!({ "o": "" }));
        assert_eq!(!missing.is_empty(), is_required, "{field}");
        assert!(missing.iter().all(|(name, fault)| name == "aspectRatio" && *fault == Fault::Missing.name()));
        assert_eq!(faults(&schema, &json!({ "aspectRatio": "" })).len(), usize::from(is_required));
        assert!(faults(&schema, &json!({ "aspect_ratio": "1:1" })).is_empty(), "the same in another notation");
    }
    let inner = body(json!({ "o": { "properties": { "x": { "required": true } } } }));
    assert!(faults(&inner, &json!({})).is_empty());
    assert_eq!(faults(&inner, &json!({ "o": {} })), [("o.x".into(), Fault::Missing.name())]);
}

/// The body has the parameters in `templateData`, and nothing beside that.
#[test]
fn what_is_required_beside_the_prompt_is_missing_unless_the_request_is_flat() {
    let schema = body(json!({
        "prompt": { "required": true }, "seconds": { "required": true }, "ratio": "string",
        "templateData": { "properties": { "model": { "required": true } } },
    }));
    let given = json!({ "prompt": "a", "seconds": 8, "ratio": "1:1", "model": "m" });
    assert_eq!(faults(&schema, &given), []);
    let problems = Value::of(&schema.problems(&given, false));
    let expected = json!([{ "field": "seconds", "problem": "missing",
        "message": "`seconds` is required beside the prompt: see `dialect`" }]);
    assert_eq!(problems, expected);
}

#[test]
fn null_is_a_value_where_it_is_one_and_a_default_too() {
    let required = |field: Value| {
        let schema = json!({ "type": "object", "properties": { "x": field }, "required": ["x"] });
        older(&json!({ "input": { "type": "http", "method": "POST", "body": schema } })).unwrap()
    };
    let missing = |field: Value, given: Value| !faults(&required(field), &given).is_empty();
    for nullable in [json!({ "type": ["string", "null"] }), json!({ "enum": ["a", "b", null] })] {
        assert!(!missing(nullable.clone(), json!({ "x": null })) && missing(nullable, json!({})));
    }
    assert!(missing(json!({ "type": "string" }), json!({ "x": null })));
    for with_default in [
        json!({ "type": "string", "default": null }),
        json!({ "anyOf": [{ "type": "string", "default": "a" }, { "type": "number" }] }),
        json!({}),
    ] {
        assert!(!missing(with_default.clone(), json!({})), "{with_default}");
    }
}

#[test]
fn a_list_of_equal_values_is_a_list_of_one() {
    for one in [
        json!({ "enum": ["a", "a"] }),
        json!({ "anyOf": [{ "const": "a" }, { "const": "a" }] }),
        json!({ "type": "\"a\" | 'a'" }),
    ] {
        assert_eq!(fault(one.clone(), json!("b")), None, "{one}");
    }
}

/// References can repeat what is written once.
#[test]
fn what_a_description_grows_to_is_bounded() {
    let repeated = |inner: Value, times: usize| {
        let fields: serde_json::Map<_, _> =
            (0..times).map(|at| (format!("f{at}"), json!({ "$ref": "#/$defs/M" }))).collect();
        newer(json!({ "schema": { "properties": { "input": { "properties": { "body": {
            "$defs": { "M": inner }, "properties": fields,
        } } } } } }))
    };
    let long = json!({ "description": "a".repeat(400) });
    assert!(repeated(long.clone(), 50).is_some());
    assert_eq!(repeated(long, 400), None);
    let schema = repeated(json!({ "default": "x".repeat(45_000), "enum": ["y".repeat(600), "z"] }), 480).unwrap();
    assert!(Value::of(&schema).to_string().len() < 0x1_0000);
    assert_eq!(fault(json!({ "enum": ["a", "b".repeat(600)] }), json!("c")), None);
    let many = body(json!(
        (0..400).map(|at| (format!("f{at}"), json!({ "required": true }))).collect::<serde_json::Map<_, _>>()
    ));
    assert!(in_words(&many.problems(&json!({}), true)).len() < 200);
    let deep = (0..600).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(Value::of(&body(json!({ "a": { "default": deep } }))), json!({ "a": {} }));
}

#[test]
fn what_two_places_contradict_is_not_held_against_a_request() {
    let entry = |fields: Value| json!({ "outputSchema": { "input": { "type": "http", "bodyFields": fields } } });
    let schema = |fields: Value| json!({ "schema": { "properties": { "input": { "properties": { "body": { "properties": fields } } } } } });
    let read = |one: Value, two: Value, is_newer| {
        let described = Described { chosen: entry(one), others: vec![], bazaar: Some(schema(two)), is_newer };
        lines(Schema::read(&described).as_ref())
    };
    for is_newer in [false, true] {
        let one = json!({ "m": { "enum": ["a", "b"], "required": true }, "n": { "type": "number", "minimum": 1 } });
        let two = json!({ "m": { "enum": ["b", "c"] }, "n": { "type": "string", "minimum": 2 } });
        assert_eq!(read(one, two, is_newer), ["m:any", "n:any"]);
    }
    let said = json!({ "m": { "enum": ["a", "b"], "required": true } });
    assert_eq!(read(said.clone(), json!({ "o": "string" }), false), [r#"m:any!["a","b"]"#], "one says nothing of it");
    assert_eq!(read(said.clone(), said.clone(), true), [r#"m:any!["a","b"]"#]);
    assert_eq!(read(said.clone(), json!({ "m": "string" }), false), ["m:any"]);
    // Two entries may, too.
    let others = vec![entry(json!({ "m": { "enum": ["c", "d"] } }))];
    let described = Described { chosen: entry(said.clone()), others, bazaar: None, is_newer: false };
    assert_eq!(lines(Schema::read(&described).as_ref()), ["m:any"]);
    // An entry that says nothing leaves it to another.
    let described =
        Described { chosen: json!({}), others: vec![json!(null), entry(said)], bazaar: None, is_newer: true };
    assert_eq!(lines(Schema::read(&described).as_ref()), [r#"m:any!["a","b"]"#]);
}

/// Any description, sound or not.
fn any_field() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "string",
        "number",
        "integer",
        "boolean",
        "array",
        "object",
        "null",
        "Foo",
        "\"a\" | \"b\"",
        "text | 5",
    ]);
    let value = prop_oneof![select(vec![
        json!("a"),
        json!("b"),
        json!("8"),
        json!("8s"),
        json!("8.0"),
        json!(8),
        json!(2.5),
        json!(true),
        json!(null),
        json!({}),
        json!([1])
    ]),];
    let bound = (-3i64..12).prop_map(Value::from);
    let leaf = (
        prop::option::of(words.prop_map(Value::from)),
        prop::option::of(prop::collection::vec(value.clone(), 0..4).prop_map(Value::from)),
        [prop::option::of(value.clone()), prop::option::of(value)],
        prop::option::of(any::<bool>().prop_map(Value::from)),
        [prop::option::of(bound.clone()), prop::option::of(bound.clone()), prop::option::of(bound)],
        prop::option::of(select(vec!["words", "a JSON text"]).prop_map(Value::from)),
    )
        .prop_map(|(kind, list, [default, example], required, [least, most, length], said)| {
            let members = [
                ("type", kind),
                ("enum", list),
                ("default", default),
                ("example", example),
                ("required", required),
                ("minimum", least),
                ("exclusiveMaximum", most),
                ("maxLength", length),
                ("description", said),
            ];
            members
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        });
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec((select(vec!["a", "b", "c_d"]), inner.clone()), 0..4).prop_map(|fields| {
                let fields: serde_json::Map<_, _> =
                    fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect();
                json!({ "type": "object", "properties": fields, "required": ["a"] })
            }),
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            prop::collection::vec(inner, 1..3).prop_map(|branches| json!({ "anyOf": branches })),
        ]
    })
}

fn any_fields() -> impl Strategy<Value = Value> {
    prop::collection::vec((select(vec!["a", "b", "c_d", "e"]), any_field()), 1..5).prop_map(|fields| {
        fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect::<serde_json::Map<_, _>>().into()
    })
}

/// Any parameters, many of them as the fields want them.
fn any_parameters() -> impl Strategy<Value = Value> {
    let leaf = select(vec![
        json!("a"),
        json!("b"),
        json!("8"),
        json!("8s"),
        json!(""),
        json!("abcdefgh"),
        json!("https://a.test/b"),
        json!("[1]"),
        json!(8),
        json!(2.5),
        json!(-1),
        json!(0),
        json!(true),
        json!(null),
    ]);
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((select(vec!["a", "b", "cD"]), inner), 0..3).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    });
    prop::collection::vec((select(vec!["a", "b", "c_d", "cD", "e"]), value), 0..5).prop_map(|members| {
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
    })
}

/// The same as JSON Schema: with every way to write a value that is not held against a request.
fn tolerant(fields: &Value) -> Value {
    let properties: serde_json::Map<_, _> =
        fields.entries().into_iter().map(|(name, field)| (name, tolerant_value(&field))).collect();
    let required = fields.entries().into_iter().filter(|(_, field)| field["required"] == true).map(|(name, field)| {
        let kinds = field::texts(&field, "type");
        let takes_null = kinds.is_empty() || kinds.contains(&"null".into());
        let lacking = if takes_null { json!([""]) } else { json!(["", null]) };
        let pair = ["c_d", "cD"];
        let cousins = pair.into_iter().filter(|cousin| pair.contains(&name.as_str()) && *cousin != name);
        let cousins = cousins
            .map(|cousin| json!({ "required": [cousin], "properties": { cousin: { "not": { "type": "null" } } } }));
        let cousins: Vec<Value> = cousins.collect();
        let is_there = json!({ "required": [name], "properties": { &name: { "not": { "enum": lacking } } } });
        // An empty text is not mended by a cousin.
        let is_empty = json!({ "required": [name], "properties": { name: { "const": "" } } });
        let mended = json!({ "allOf": [{ "not": is_empty }, { "anyOf": cousins }] });
        json!({ "anyOf": if cousins.is_empty() { vec![is_there] } else { vec![is_there, mended] } })
    });
    let all: Vec<Value> = [json!(true)].into_iter().chain(required).collect();
    json!({ "properties": properties, "allOf": all })
}

fn tolerant_value(field: &Value) -> Value {
    let refutes = |own: Value| !jsonschema::is_valid(&own_rules(field), &own);
    if ["default", "example"].into_iter().filter_map(|key| Json::get(field, key)).any(refutes) {
        let members = json!({ "properties": field["properties"], "items": field["items"] });
        let kept = members.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        let kept = kept.map(|(key, value)| (key.clone(), value.clone()));
        return tolerant_value(&kept.collect::<serde_json::Map<_, _>>().into());
    }
    stated_value(field)
}

/// What a field says of its value itself, and not of what is inside.
fn own_rules(field: &Value) -> Value {
    let mut own = field.clone();
    for inner in ["properties", "items"] {
        own.as_object_mut().unwrap().remove(inner);
    }
    stated_value(&own)
}

fn stated_value(field: &Value) -> Value {
    let kinds = field::texts(field, "type");
    let takes = |kind: &str| kinds.iter().any(|known| known == kind);
    let has_scalar = ["string", "number", "integer", "boolean"].iter().any(|kind| takes(kind));
    let has_structure = takes("object") || takes("array");
    let mut object = tolerant(&field["properties"]);
    object["type"] = json!("object");
    let mut list = json!({ "type": "array" });
    if let Some(items) = Json::get(field, "items") {
        list["items"] = tolerant_value(&items);
    }
    let mut ways = vec![json!({ "type": "null" }), json!({ "type": "string", "pattern": "^(data:|https?://)" })];
    if !has_structure || has_scalar {
        ways.push(tolerant_scalar(field));
    } else {
        ways.push(json!({ "type": "string", "pattern": "^\\s*[\\[{]" }));
    }
    if has_structure == has_scalar || takes("object") {
        ways.push(object);
    }
    if has_structure == has_scalar || takes("array") {
        ways.push(list);
    }
    json!({ "anyOf": ways })
}

fn tolerant_scalar(field: &Value) -> Value {
    let mut schema = json!({ "type": ["string", "number", "boolean"] });
    let allowed = field["enum"].items().unwrap_or_default();
    if allowed.len() > 1 {
        schema["enum"] = allowed.iter().flat_map(spellings).collect();
    }
    for key in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "maxLength"] {
        if let Some(bound) = Json::get(field, key) {
            schema[key] = bound;
        }
    }
    schema
}

/// A value, and the same as text, as a number and without its unit.
fn spellings(value: &Value) -> Vec<Value> {
    let text = field::scalar(value).unwrap();
    let number = |digits: &str| Value::parse(digits).filter(Value::is_number);
    let mut all = vec![value.clone(), json!(text)];
    all.extend(["true", "false"].contains(&text.as_str()).then(|| json!(text == "true")));
    all.extend(number(&text));
    all.extend((text == "8.0" || text == "8").then(|| [json!(8), json!("8"), json!("8.0")]).into_iter().flatten());
    all.extend(value.as_str().and_then(|text| number(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()))));
    all
}

proptest! {
    /// What is lawful is what another implementation of JSON Schema takes: no other request passes, and none of these
    /// is stopped.
    #[test]
    fn exactly_what_the_sellers_words_rule_out_is_ruled_out(fields in any_fields(), parameters in any_parameters()) {
        let Some(schema) = older(&json!({ "input": { "type": "http", "bodyFields": fields } })) else { return Ok(()) };
        let lawful = jsonschema::is_valid(&tolerant(&schema.0), &parameters);
        let problems = schema.problems(&parameters, true);
        prop_assert_eq!(problems.is_empty(), lawful, "{:?} by {}", problems, tolerant(&schema.0));
    }

    /// The form is one that a seller might write: there is nothing in it that would be read otherwise.
    #[test]
    fn what_is_written_is_read_again(fields in any_fields()) {
        let read = |fields: &Value| older(&json!({ "input": { "type": "http", "bodyFields": fields } }));
        let schema = read(&fields);
        prop_assert_eq!(schema.as_ref().and_then(|schema| read(&Value::of(schema))), schema);
    }

    /// No description stops the reader, whatever it is and wherever it stands.
    #[test]
    fn any_description_is_read(one in any_fields(), two in any_fields(), parameters in any_parameters()) {
        for bazaar in [two.clone(), json!({ "schema": { "properties": { "input": { "properties": { "body": two } } } } })] {
            let chosen = json!({ "outputSchema": { "input": one } });
            let described = Described { chosen, others: vec![bazaar.clone()], bazaar: Some(bazaar), is_newer: true };
            if let Some(schema) = Schema::read(&described) {
                drop(schema.problems(&parameters, true));
            }
        }
    }
}
