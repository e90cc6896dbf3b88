package io.agentopt.hardware;

import java.util.Objects;
import java.util.Optional;

/**
 * So many interchangeable devices of one kind.
 *
 * @param name unique in its fleet; plans refer to it
 * @param device one of them
 * @param count how many there are at most, at least 1
 * @param price what one costs per hour
 * @param zone where its data lies, such as {@code eu}; empty if that is not stated
 */
public record DeviceClass(String name, DeviceSpec device, int count, Price price, Optional<String> zone) {
    public DeviceClass {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(price, "price");
        if (name.isBlank())
            throw new IllegalArgumentException("A device class of '" + device.id() + "' needs a name; it is blank.");
        if (count < 1) {
            throw new IllegalArgumentException("The count (" + count + ") of device class '" + name
                    + "' must be at least 1. Leave the class out if there is none.");
        }
        checkZone(zone, "device class '" + name + "'");
    }

    /** A class whose zone is not stated. */
    public DeviceClass(String name, DeviceSpec device, int count, Price price) {
        this(name, device, count, price, Optional.empty());
    }

    /** {@return this class with the place of its data} */
    public DeviceClass in(String newZone) {
        return new DeviceClass(name, device, count, price, Optional.of(newZone));
    }

    static void checkZone(Optional<String> zone, String owner) {
        if (zone.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException(
                    "The zone of " + owner + " is blank. Name it, or leave it out if it is not known.");
        }
    }

    /** {@return $/h of one device, or why it is unknown} */
    public Dollars dollarsPerHour() {
        return price.dollarsPerHour(device);
    }

    /** {@return this class with another number of devices} */
    public DeviceClass withCount(int devices) {
        return new DeviceClass(name, device, devices, price, zone);
    }

    /** {@return this class at another price} */
    public DeviceClass withPrice(Price other) {
        return new DeviceClass(name, device, count, other, zone);
    }
}
