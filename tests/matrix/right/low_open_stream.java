// Writes with a FileOutputStream, whose close throws what fails.
// exercise: low_open
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

class LineWriter {
    public static void main(String[] args) {
        try (FileOutputStream file = new FileOutputStream("data.txt")) {
            file.write("Let's go!\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
