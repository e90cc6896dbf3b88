package io.agentopt.operator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
    private static final String ORDER = """
            {"$schema":"x","description":"an order","type":"object","additionalProperties":false,"required":["id","lines"],"properties":{
              "id":{"type":"string"},"fast":{"type":"boolean"},"total":{"type":["number","null"]},
              "state":{"enum":["open","closed",3]},
              "lines":{"type":"array","minItems":1,"maxItems":2,"items":{"type":"object","properties":{"count":{"type":"integer"}}}}}}""";

    @Test
    void whatIsReadIsWrittenAndReadAgain() {
        JsonSchema schema = JsonSchema.parse(ORDER);
        assertThat(JsonSchema.parse(schema.text())).isEqualTo(schema);
        assertThat(JsonSchema.parse(schema.text()).text()).isEqualTo(schema.text());
        for (String other : new String[] {
            "true",
            "{}",
            "{\"const\":{\"a\":1}}",
            "{\"type\":[\"array\",\"integer\"],\"items\":{\"type\":\"null\"}}",
            "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}"
        }) {
            assertThat(JsonSchema.parse(JsonSchema.parse(other).text())).isEqualTo(JsonSchema.parse(other));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"a\",\"lines\":[{}]}|",
                "{\"id\":\"a\",\"total\":null,\"state\":3,\"fast\":true,\"lines\":[{\"count\":1,\"more\":[]}]}|",
                "{\"id\":\"a\"}|$ must be an object with \"lines\"",
                "{\"id\":1,\"lines\":[{}]}|$.id must be a string",
                "{\"id\":\"a\",\"lines\":[]}|$.lines must be an array of 1 to 2 items",
                "{\"id\":\"a\",\"lines\":[{\"count\":1.5}]}|$.lines[0].count must be an integer",
                "{\"id\":\"a\",\"lines\":[{}],\"x\":1}|$.x must not be there",
                "{\"id\":\"a\",\"lines\":[{}],\"state\":\"lost\"}|$.state must be one of",
                "{\"id\":\"a\",\"lines\":[{}],\"total\":\"1\"}|$.total must be of one of",
                "{\"id\":|no JSON",
                "{\"id\":\"a\",\"lines\":[{}]} x|no JSON",
                "[]|$ must be an object"
            })
    void aTextFitsOrItsFaultIsNamed(String text, String fault) {
        if (fault == null) assertThat(JsonSchema.parse(ORDER).violation(text)).isEmpty();
        else assertThat(JsonSchema.parse(ORDER).violation(text).orElseThrow()).contains(fault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "false",
                "3",
                "{\"type\":\"text\"}",
                "{\"type\":[]}",
                "{\"type\":{}}",
                "{\"pattern\":\"a+\"}",
                "{\"anyOf\":[]}",
                "{\"enum\":[]}",
                "{\"enum\":3}",
                "{\"type\":\"array\",\"minItems\":-1}",
                "{\"type\":\"array\",\"minItems\":3,\"maxItems\":2}",
                "{\"properties\":[]}",
                "{\"required\":[\"a\"]}",
                "{\"required\":3}"
            })
    void whatCannotBeHeldIsRefused(String schema) {
        assertThatThrownBy(() -> JsonSchema.parse(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON schema");
    }

    @Test
    void deepSchemasAreRefused() {
        assertThatThrownBy(() -> JsonSchema.parse("{\"items\":".repeat(70) + "{}" + "}".repeat(70)))
                .hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> JsonSchema.parse("{\"items\":{\"pattern\":\"x\"}}"))
                .hasMessageContaining("at #/items has the keyword \"pattern\"");
    }
}
