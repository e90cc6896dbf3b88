package io.agentopt.hardware;

import java.util.Objects;

/**
 * So many interchangeable devices of one kind.
 *
 * @param name unique in its fleet; plans refer to it
 * @param device one of them
 * @param count how many there are at most, at least 1
 * @param price what one costs per hour
 */
public record DeviceClass(String name, DeviceSpec device, int count, Price price) {
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
    }

    /** {@return $/h of one device, or why it is unknown} */
    public Dollars dollarsPerHour() {
        return price.dollarsPerHour(device);
    }

    /** {@return this class with another number of devices} */
    public DeviceClass withCount(int devices) {
        return new DeviceClass(name, device, devices, price);
    }

    /** {@return this class at another price} */
    public DeviceClass withPrice(Price other) {
        return new DeviceClass(name, device, count, other);
    }
}
